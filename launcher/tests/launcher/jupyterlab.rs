//! Labs that start at once, and end without leaving anything behind, whatever ends them.
#![cfg(target_os = "linux")] // the processes are found in /proc

use crate::common;

use std::fs;
use std::thread;

use crate::machine::Machine;
use harness::running::Running;
use installation::folder::CACHE_VARIABLE;
use installation::jupyterlab_api::Api;

/// Whether JupyterLab still answers. Another lab, which may have its port by now, refuses its token.
fn answers(lab: &Running) -> bool {
    lab.api.get("api/status").call().is_ok()
}

/// A proxy that nobody is behind.
const PROXY: &str = "http://127.0.0.1:9";

/// For each program that Python runs: the first port that one listens on is taken by another,
/// which never answers, as soon as it is let go. It is free again when the first one has ended.
const RIVAL: &str = "
import os, pathlib, socket
listen = socket.socket.listen
def listen_once(self, *backlog):
    listen(self, *backlog)
    try:
        pathlib.Path(__file__).with_name('taken').touch(exist_ok=False)
        os.dup(self.fileno())
    except FileExistsError:
        pass
socket.socket.listen = listen_once
";

#[test]
fn two_labs_run_at_once_and_ctrl_c_leaves_nothing_behind() {
    // A learner's network may need a proxy; this machine is reached without it.
    let environments: [&[(&str, &str)]; 2] = [&[], &[("ALL_PROXY", PROXY)]];
    let labs = environments
        .map(|environment| thread::spawn(|| common::start(environment)))
        .map(|started| started.join().unwrap());
    assert_ne!(labs[0].api.port, labs[1].api.port);
    let clean = common::lab().arg("clean").output().unwrap();
    let refusal = "error: JupyterLab is running: end it with Ctrl-C in its terminal first\n";
    assert_eq!(String::from_utf8_lossy(&clean.stderr), refusal);
    for lab in &labs {
        let guessed = Api::new(lab.api.port, "guessed").open("notebooks/server.ipynb");
        assert!(matches!(guessed, Err(ureq::Error::StatusCode(403))), "{guessed:?}");
        lab.wait_for_kernels();
    }
    for mut lab in labs {
        assert!(lab.interrupt().success());
        assert!(lab.processes().is_empty(), "processes are left behind");
        assert!(!answers(&lab));
    }
}

#[test]
fn a_lab_whose_port_is_taken_while_it_starts_finds_another() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sitecustomize.py"), RIVAL).unwrap();
    let machine = Machine::installed(&format!("export PYTHONPATH='{}'", folder.path().display()));
    let lab = common::start(&[(CACHE_VARIABLE, machine.named().to_str().unwrap())]);
    assert!(folder.path().join("taken").exists(), "no port was taken");
    assert!(answers(&lab), "at the address that it printed");
}

#[test]
fn ctrl_c_while_the_kernels_start_leaves_nothing_behind_either() {
    let mut lab = common::start(&[]);
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "processes are left behind");
}

#[test]
fn when_the_launcher_is_killed_all_ends_and_the_next_one_tidies_up() {
    // A cache of its own: whatever starts with this machine's would tidy up as well.
    let machine = Machine::installed("");
    let cache = machine.named();
    let start = || common::start(&[(CACHE_VARIABLE, cache.to_str().unwrap())]);
    let mut lab = start();
    lab.wait_for_kernels();
    lab.run_endless_cell();
    assert!(!lab.kill().success());
    common::wait_until(|| lab.processes().is_empty());
    assert!(!answers(&lab));

    assert!(lab.folder().exists());
    let next = start();
    assert!(!lab.folder().exists() && next.folder().exists());
}

#[test]
fn when_jupyterlab_crashes_its_kernels_end_and_the_launcher_says_so() {
    let mut lab = common::start(&[]);
    lab.wait_for_kernels();
    lab.run_endless_cell();
    lab.kill_jupyter();
    let (status, report) = lab.wait();
    assert!(!status.success());
    assert!(report.contains("error: JupyterLab has ended (signal: 9 (SIGKILL)); its log ends"));
    common::wait_until(|| lab.processes().is_empty());
    assert!(!lab.folder().exists());
}
