//! `cargo lab` itself: missing tools, no network, an interrupted set-up, a port in use.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::Command;

#[cfg(target_os = "linux")]
use installation::folder::CACHE_VARIABLE;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::common::{self, LAB};
use crate::machine::{Machine, home};

#[test]
fn a_missing_tool_is_reported_in_one_line_with_the_remedy() {
    let without_rust = Machine::bare().complaint();
    assert!(without_rust.contains("install Rust from rustup.rs"), "{without_rust}");

    let sourceless = "echo /nowhere";
    let without_source = Machine::bare().with_script("rustc", sourceless).complaint();
    assert!(without_source.contains("rust-src"), "{without_source}");
    assert!(without_source.contains(" run `"), "{without_source}");

    let offline = Machine::bare().with_script("rustc", sourceless).with_script("rustup", "exit 1");
    assert!(offline.complaint().contains("run `rustup component add rust-src`"));

    let without_python = Machine::bare().with("rustc").complaint();
    assert!(without_python.contains("Python 3.10 to 3.14 is missing: run `"), "{without_python}");

    let with_python = |says: &str| {
        Machine::bare().with("rustc").with_script("python3", &format!("echo {says}")).complaint()
    };
    for (says, complaint) in [
        ("3 9 True /usr", "python3 is 3.9): run `"),
        ("3 15 True /usr", "python3 is 3.15): run `"),
        ("", "python3 does not run): run `"),
        ("3 12 True C:/WindowsApps/Python", "is from the Microsoft Store"),
        ("3 12 False /usr", "python3 has no venv module: run `"),
    ] {
        let said = with_python(says);
        assert!(said.contains(complaint), "{said}");
    }
}

#[test]
fn a_newer_python_beside_an_old_one_is_found() {
    let machine = Machine::bare().with("rustc").with_script("python3", "echo 3 9 True /usr");
    let asked = machine.folder.path().join("asked");
    let newer = format!(
        "case \"$*\" in *ensurepip*) echo 3 12 True /usr;; *) echo \"$*\" >> '{}'; exit 1;; esac",
        asked.display()
    );
    let machine = machine.with_script("python3.12", &newer);
    machine.complaint();
    let asked = fs::read_to_string(asked).unwrap();
    assert!(asked.starts_with("-m venv "), "{asked}");
}

#[test]
fn without_a_network_the_set_up_says_so() {
    let machine = Machine::bare().with("rustc").with_python();
    let output = machine
        .prepare()
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        .env("PIP_RETRIES", "1")
        .env_remove("PIP_FIND_LINKS")
        .output()
        .unwrap();
    let report = String::from_utf8(output.stderr).unwrap();
    let last = report.lines().last().unwrap();
    assert!(last.starts_with("error: no network: connect to the Internet"), "{report}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, each step builds on the one before")]
fn an_interrupted_set_up_is_repaired_by_the_next_run() {
    let real = common::prepared();
    // A cargo that "compiles" the kernel at once, provided that its arguments are right.
    let cargo = format!(
        "[ \"$1\" = install ] || CARGO_HOME='{}' exec '{}' \"$@\"\n\
         [ \"$2 $3 $4\" = '--locked evcxr_jupyter@0.22.0 --root' ] || exit 1\n\
         /bin/mkdir -p \"$5/bin\" && /bin/cp '{}' \"$5/bin/\"",
        home("CARGO_HOME", ".cargo").display(),
        launcher::install::tools::cargo().unwrap().display(),
        real.kernel().display()
    );
    let machine =
        Machine::bare().with("rustc").with_python().with_script("cargo", &cargo).with("cc");

    // Interrupted while it installs JupyterLab: the environment exists but is incomplete.
    let report = machine.folder.path().join("report");
    let mut first = machine.prepare();
    let mut first =
        first.process_group(0).stderr(fs::File::create(&report).unwrap()).spawn().unwrap();
    common::wait_until(|| {
        let ended = first.try_wait().unwrap();
        assert!(ended.is_none(), "the set-up ended: {}", fs::read_to_string(&report).unwrap());
        machine.cache().join("requirements.txt").exists()
    });
    killpg(Pid::from_raw(first.id() as i32), Signal::SIGKILL).unwrap();
    first.wait().unwrap();
    let said = fs::read_to_string(&report).unwrap();
    assert!(said.contains("Compiling the Rust kernel"), "{said}");
    assert!(
        machine.cache().join("venv").exists() && !machine.cache().join("done/jupyterlab").exists()
    );

    // Now with variables that would send pip elsewhere and keep Python from finding anything.
    let elsewhere = machine.folder.path().join("elsewhere");
    let configuration = machine.folder.path().join("pip.conf");
    let settings = format!("[global]\ntarget = {}\n[install]\nuser = true\n", elsewhere.display());
    fs::write(&configuration, settings).unwrap();
    let mut second = machine.prepare();
    second.env("PIP_TARGET", &elsewhere).env("PIP_USER", "1").env("PIP_CONFIG_FILE", configuration);
    second.env("PYTHONHOME", "/nowhere").env("PYTHONPATH", &elsewhere);
    let second = second.output().unwrap();
    assert!(!elsewhere.exists());
    let report = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(second.status.success(), "{report}");
    assert!(report.contains("Installing JupyterLab"), "{report}");
    let jupyter = Command::new(machine.cache().join("venv/bin/jupyter"))
        .args(["lab", "--version"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&jupyter.stdout).starts_with("4.6"));

    // The third run finds everything in place and needs no network.
    let mut third = machine.prepare();
    third.env("PIP_INDEX_URL", "http://127.0.0.1:9").env("CARGO_HTTP_PROXY", "http://127.0.0.1:9");
    let third = third.output().unwrap();
    assert!(third.status.success());
    assert_eq!(String::from_utf8_lossy(&third.stderr), "");

    // The Python that made the environment has been upgraded, so it does not find the packages.
    let python = machine.cache().join("venv/bin/python");
    fs::remove_file(&python).unwrap();
    machine.write_program(&python, "#!/bin/sh\n[ \"$2\" = -c ] && echo False\n");
    let mut fourth = machine.prepare();
    fourth.env("PIP_INDEX_URL", "http://127.0.0.1:9/simple").env("PIP_RETRIES", "0");
    fourth.env_remove("PIP_FIND_LINKS");
    let report = String::from_utf8(fourth.output().unwrap().stderr).unwrap();
    assert!(report.contains("Installing JupyterLab"), "{report}");

    assert!(machine.lab("clean").status().unwrap().success() && !machine.cache().exists());
    assert!(machine.named().exists(), "the parent folder is someone else's");
}

#[test]
#[cfg(target_os = "linux")]
fn after_a_new_compiler_the_set_up_says_what_it_makes_again_and_keeps_nothing_old() {
    let machine = Machine::installed("");
    let old = ["std", "seed"].map(|step| machine.cache().join(step).join("old"));
    for (step, old) in ["std", "seed"].into_iter().zip(&old) {
        fs::write(machine.cache().join("done").join(step), "of an older compiler").unwrap();
        fs::remove_file(machine.cache().join(step)).unwrap(); // a link
        fs::create_dir(machine.cache().join(step)).unwrap();
        fs::write(old, "").unwrap();
    }
    let prepare = || common::lab().arg("prepare").env(CACHE_VARIABLE, machine.named()).output();
    let report = String::from_utf8(prepare().unwrap().stderr).unwrap();
    let said: Vec<&str> = report.lines().collect();
    assert!(
        matches!(said[..], [std, crates]
            if std.starts_with("Copying the source of Rust's standard library (a few seconds")
                && crates.starts_with("Compiling what the notebooks' crates need (about 15 seconds")),
        "{report}"
    );
    assert!(old.iter().all(|old| !old.exists()));
    assert_eq!(String::from_utf8_lossy(&prepare().unwrap().stderr), "");
}

#[test]
fn the_environment_is_printed_as_shell_assignments() {
    let cache = common::prepared();
    // A program that the shell starts must have the variables too.
    let script =
        format!("eval \"$('{LAB}' env)\"; \"$JUPYTER\" kernelspec list; sh -c '\"$PYTHON\" -V'");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains(&*cache.jupyter_path().to_string_lossy()), "{shown}");
    assert!(shown.contains("Python 3."), "{shown}");
}

#[test]
fn a_port_in_use_is_named() {
    common::prepared();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let lab = common::lab().args(["--no-browser", &format!("--port={port}")]).output().unwrap();
    assert!(!lab.status.success());
    let report = String::from_utf8_lossy(&lab.stderr);
    let error = format!("error: port {port} is in use: choose another with --port\n");
    assert!(report.ends_with(&error), "{report}");
}
