//! The launcher removes and overwrites nothing that it did not make itself.
#![cfg(unix)] // uses links, and signals in place of a power cut

use crate::common;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use installation::folder::CACHE_VARIABLE;
use installation::tutorial::{Tutorial, repository};
use launcher::fresh::fresh;
use tempfile::TempDir;

/// A folder that [`CACHE_VARIABLE`] names.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// A folder that holds a `udp-tutorial` with the launcher's mark.
    fn installed() -> Folder {
        let folder = Folder::new();
        fs::create_dir(folder.cache()).unwrap();
        // Without tools, the set-up fails after it has marked the folder.
        let output = folder.lab("prepare").env("PATH", "").output().unwrap();
        assert!(error(&output).contains("rustc is not on the PATH"), "{output:?}");
        for path in ["done/jupyterlab", "venv/bin/python", "seed/target/hits"] {
            folder.write(path);
        }
        folder
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join("udp-tutorial")
    }

    fn write(&self, path: &str) {
        let path = self.cache().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "text").unwrap();
    }

    fn lab(&self, task: &str) -> Command {
        let mut lab = common::lab();
        lab.arg(task).env(CACHE_VARIABLE, self.0.path()).stderr(Stdio::piped());
        lab
    }

    fn clean(&self) -> Output {
        self.lab("clean").output().unwrap()
    }

    /// All files and their contents.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.0.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path)
                } else {
                    drop(files.insert(path.clone(), fs::read(path).unwrap()))
                }
            }
        }
        files
    }
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn someone_elses_folder_is_refused_and_stays() {
    let folder = Folder::new();
    for path in ["letter.txt", "venv/mine", "std/mine", "jupyter/mine", "build/mine"] {
        folder.write(path);
        fs::create_dir_all(folder.0.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.0.path().join(path), "above").unwrap();
    }
    let before = folder.files();
    for task in ["clean", "prepare", "env"] {
        let output = folder.lab(task).output().unwrap();
        assert!(!output.status.success(), "{task}");
        let error = error(&output);
        assert!(error.contains("is not a folder that `cargo lab` created"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert_eq!(folder.files(), before, "{task}");
    }
    fs::remove_dir_all(folder.cache()).unwrap();
    let output = folder.clean();
    assert!(output.status.success() && error(&output).contains("Nothing is installed in"));
    assert_eq!(folder.files().len(), before.len() / 2);
}

#[test]
fn clean_says_what_it_removes_and_leaves_what_is_not_its_own() {
    let folder = Folder::installed();
    let elsewhere = tempfile::tempdir().unwrap();
    let letter = elsewhere.path().join("letter.txt");
    fs::write(&letter, vec![b'x'; 3_000_000]).unwrap();
    for link in ["state", "venv/linked", "std"] {
        symlink(elsewhere.path(), folder.cache().join(link)).unwrap();
    }
    fs::write(folder.cache().join("venv/large"), vec![b'x'; 2_000_000]).unwrap();
    folder.write("diary.txt");

    let output = folder.clean();
    let report = error(&output);
    assert!(output.status.success(), "{report}");
    // The links' own few bytes count, their targets do not.
    let removing = format!("Removing {} (2.0 MB)", folder.cache().display());
    assert!(report.starts_with(&removing), "{report}");
    assert!(report.contains("left in place: diary.txt"), "{report}");
    assert!(letter.exists(), "a link was followed");
    let left: Vec<_> = folder.files().into_keys().collect();
    let [lock, mark, diary] =
        ["lock", "CACHEDIR.TAG", "diary.txt"].map(|name| folder.cache().join(name));
    assert_eq!(left, [mark, diary.clone(), lock]);

    fs::remove_file(diary).unwrap();
    assert!(folder.clean().status.success());
    assert!(!folder.cache().exists() && folder.0.path().exists());
}

#[test]
fn the_cache_folder_may_be_a_link_and_the_link_stays() {
    let (folder, real) = (Folder::installed(), tempfile::tempdir().unwrap());
    let target = real.path().join("on another disk");
    fs::rename(folder.cache(), &target).unwrap();
    symlink(&target, folder.cache()).unwrap();
    assert!(folder.clean().status.success());
    assert!(folder.cache().is_symlink() && target.exists());
    assert_eq!(fs::read_dir(&target).unwrap().count(), 0);
}

#[test]
fn an_interrupted_clean_leaves_nothing_that_looks_done() {
    let folder = Folder::installed();
    for number in 0..20_000 {
        folder.write(&format!("venv/{number}"));
    }
    let mut clean = folder.lab("clean").stderr(Stdio::null()).spawn().unwrap();
    let venv = || fs::read_dir(folder.cache().join("venv")).map_or(0, |files| files.count());
    common::wait_until(|| venv() < 20_000);
    clean.kill().unwrap();
    clean.wait().unwrap();
    assert!(!folder.cache().join("done").exists(), "the stamps are still there");
    // The launcher still recognises the rest as its own.
    assert!(folder.clean().status.success() && !folder.cache().exists());
}

#[test]
fn clean_waits_for_a_running_set_up() {
    let folder = Folder::installed();
    let set_up = File::open(folder.cache().join("lock")).unwrap();
    set_up.lock().unwrap();
    let mut clean = folder.lab("clean").spawn().unwrap();
    let mut lines = BufReader::new(clean.stderr.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    assert!(line.starts_with("A set-up is running"), "{line}");
    assert!(folder.cache().join("done/jupyterlab").exists());
    set_up.unlock().unwrap();
    assert!(clean.wait().unwrap().success() && !folder.cache().exists());
}

/// A folder with the notebooks and their manifest.
fn notebooks() -> TempDir {
    let clone = tempfile::tempdir().unwrap();
    fs::create_dir(clone.path().join("notebooks")).unwrap();
    let own = Tutorial::read(&repository()).unwrap().notebooks();
    for name in own.iter().map(String::as_str).chain(["notebooks/tutorial.toml"]) {
        fs::copy(repository().join(name), clone.path().join(name)).unwrap();
    }
    clone
}

/// A repository with all notebooks committed.
fn commit() -> TempDir {
    let clone = notebooks();
    let who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
    for arguments in [vec!["init", "--quiet"], vec!["add", "."], vec!["commit", "-qm", "Begin"]] {
        let git =
            Command::new("git").arg("-C").arg(clone.path()).args(who).args(arguments).status();
        assert!(git.unwrap().success());
    }
    clone
}

const NOTEBOOKS: [&str; 3] =
    ["notebooks/server.ipynb", "notebooks/client.ipynb", "notebooks/many-client.ipynb"];

fn read(clone: &TempDir, path: &str) -> String {
    fs::read_to_string(clone.path().join(path)).unwrap()
}

#[test]
fn fresh_restores_the_notebooks_and_keeps_the_readers_own() {
    let clone = commit();
    let committed = NOTEBOOKS.map(|name| read(&clone, name));
    let entries = || fs::read_dir(clone.path().join("notebooks")).unwrap().count();
    let before = entries();
    fresh(clone.path(), None, None).unwrap();
    assert_eq!(entries(), before, "nothing was changed");
    // A learner's own file, which is not one of the tutorial's notebooks.
    fs::write(clone.path().join("notebooks/many-mine-7.ipynb"), "mine").unwrap();

    for run in ["first", "second"] {
        fs::write(clone.path().join(NOTEBOOKS[1]), run).unwrap();
        fs::write(clone.path().join(NOTEBOOKS[2]), run).unwrap();
        fresh(clone.path(), None, None).unwrap();
        assert_eq!(NOTEBOOKS.map(|name| read(&clone, name)), committed);
    }
    assert_eq!(read(&clone, "notebooks/client-mine-1.ipynb"), "first");
    assert_eq!(read(&clone, "notebooks/client-mine-2.ipynb"), "second");
    assert_eq!(read(&clone, "notebooks/many-client-mine-2.ipynb"), "second");
    assert_eq!(read(&clone, "notebooks/many-mine-7.ipynb"), "mine");

    fs::remove_file(clone.path().join(NOTEBOOKS[0])).unwrap();
    fresh(clone.path(), None, None).unwrap();
    assert_eq!(read(&clone, NOTEBOOKS[0]), committed[0]);
}

#[test]
fn fresh_restores_one_part_and_leaves_the_others() {
    let clone = commit();
    let committed = NOTEBOOKS.map(|name| read(&clone, name));
    let entries = || fs::read_dir(clone.path().join("notebooks")).unwrap().count();
    for name in NOTEBOOKS {
        fs::write(clone.path().join(name), "mine").unwrap();
    }
    let before = entries();
    fresh(clone.path(), Some("many"), None).unwrap();
    assert_eq!(read(&clone, NOTEBOOKS[2]), committed[2]);
    assert_eq!(read(&clone, "notebooks/many-client-mine-1.ipynb"), "mine");
    assert_eq!([0, 1].map(|other| read(&clone, NOTEBOOKS[other])), ["mine", "mine"]);
    assert_eq!(entries(), before + 1, "the pair's other notebook was not changed");

    let (part, names) = ("nets", Tutorial::read(clone.path()).unwrap().names().join(", "));
    let error = fresh(clone.path(), Some(part), None).unwrap_err().to_string();
    assert_eq!(error, format!("there is no part {part}: choose from {names}"));
    assert_eq!(entries(), before + 1);

    fresh(clone.path(), Some("article"), Some(&repository())).unwrap();
    assert_eq!(NOTEBOOKS.map(|name| read(&clone, name)), committed);
}

#[test]
fn fresh_restores_a_part_in_all_languages() {
    let clone = commit();
    let path = "notebooks/client.ja.ipynb";
    let committed = read(&clone, path);
    for (run, part) in [("1", Some("article")), ("2", None)] {
        fs::write(clone.path().join(path), run).unwrap();
        fresh(clone.path(), Some("many"), None).unwrap();
        assert_eq!(read(&clone, path), run, "it is not of that part");
        fresh(clone.path(), part, None).unwrap();
        assert_eq!(read(&clone, path), committed);
        assert_eq!(read(&clone, &format!("notebooks/client.ja-mine-{run}.ipynb")), run);
    }
}

#[test]
fn without_git_fresh_restores_the_notebooks_from_a_folder() {
    let (clone, committed) = (notebooks(), repository());
    fs::write(clone.path().join(NOTEBOOKS[0]), "mine").unwrap();
    fresh(clone.path(), None, Some(&committed)).unwrap();
    for name in NOTEBOOKS {
        assert_eq!(read(&clone, name), fs::read_to_string(committed.join(name)).unwrap());
    }
    assert_eq!(read(&clone, "notebooks/server-mine-1.ipynb"), "mine");
    assert!(fresh(clone.path(), None, Some(clone.path().parent().unwrap())).is_err());
}

#[test]
fn without_a_commit_fresh_leaves_the_notebooks_alone() {
    let clone = commit();
    fs::write(clone.path().join(NOTEBOOKS[0]), "mine").unwrap();
    fs::rename(clone.path().join(".git"), clone.path().join("no git")).unwrap();
    let error = fresh(clone.path(), None, None).unwrap_err().to_string();
    assert!(error.starts_with("git has no committed notebooks/server.ipynb here"), "{error}");
    assert_eq!(read(&clone, NOTEBOOKS[0]), "mine");
}
