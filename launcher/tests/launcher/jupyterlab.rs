//! Labs run side by side and leave nothing behind, whatever ends them.
#![cfg(target_os = "linux")] // finds the processes in /proc

use crate::common;

use std::fs;
use std::thread;

use crate::machine::Machine;
use harness::running::Running;
use installation::folder::CACHE_VARIABLE;
use installation::jupyterlab_api::Api;

/// Whether JupyterLab still answers. Another lab may have the port by now, but refuses the token.
fn answers(lab: &Running) -> bool {
    lab.api.get("api/status").call().is_ok()
}

/// A proxy address where nothing listens.
const PROXY: &str = "http://127.0.0.1:9";

/// Python runs this in each program. The first port that a program listens on stays taken after the
/// program closes it, by a duplicate of the socket that never answers, until the program ends.
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
    // A learner's network may need a proxy, but requests to this machine must not use it.
    let environments: [&[(&str, &str)]; 2] = [&[], &[("ALL_PROXY", PROXY)]];
    let labs = environments
        .map(|environment| thread::spawn(|| common::start(environment)))
        .map(|started| started.join().unwrap());
    assert_ne!(labs[0].api.port, labs[1].api.port);
    let clean = common::lab().arg("clean").output().unwrap();
    let refusal = "error: JupyterLab is running: stop it with Ctrl-C in its terminal first\n";
    let said = String::from_utf8_lossy(&clean.stderr);
    // Another test may be in its set-up, which comes first.
    assert!(said.ends_with(refusal) && said.matches("error:").count() == 1, "{said}");
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
    assert!(answers(&lab), "no answer at the address that it printed");
}

#[test]
fn ctrl_c_while_the_kernels_start_leaves_nothing_behind() {
    let mut lab = common::start(&[]);
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "processes are left behind");
}

#[test]
fn a_killed_launchers_processes_end_and_the_next_launcher_tidies_up() {
    // In a separate cache folder, because any launcher that uses the same one would tidy up too.
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
    assert!(
        report
            .contains("error: JupyterLab ended unexpectedly (signal: 9 (SIGKILL)); its log ends:")
    );
    common::wait_until(|| lab.processes().is_empty());
    assert!(!lab.folder().exists());
}
