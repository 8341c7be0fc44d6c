//! `cargo lab PART`: which pair opens, and where.
#![cfg(target_os = "linux")] // finds the processes in /proc

use crate::common;

use std::fs;

use harness::running::Running;
use installation::tutorial::{Side, Tutorial, repository};
use serde_json::Value;

use crate::machine::Machine;
use installation::folder::CACHE_VARIABLE;

#[test]
fn an_unknown_part_is_answered_with_the_list_of_parts() {
    let names = Tutorial::read(&repository()).unwrap().names().join(", ");
    for arguments in [&["nets"][..], &["fresh", "nets"]] {
        let refused = common::lab().args(arguments).output().unwrap();
        assert!(!refused.status.success());
        let report = String::from_utf8(refused.stderr).unwrap();
        let begin =
            format!("error: invalid value 'nets' for '[PART]'\n  [possible values: {names}]\n");
        assert!(report.starts_with(&begin), "{report}");
    }
}

/// The paths of the notebooks that have a kernel.
pub fn open_notebooks(lab: &Running) -> Vec<String> {
    let sessions = lab.api.get("api/sessions").call().unwrap().into_body().read_to_string();
    let sessions: Value = serde_json::from_str(&sessions.unwrap()).unwrap();
    let path = |session: &Value| session["path"].as_str().unwrap().to_string();
    let mut paths: Vec<String> = sessions.as_array().unwrap().iter().map(path).collect();
    paths.sort();
    paths
}

#[test]
fn a_second_call_opens_its_part_in_the_running_jupyterlab() {
    // A separate installation, because other tests start labs for this clone at the same time.
    let machine = Machine::installed("");
    let own = machine.named();
    let start = |arguments: &[&str]| {
        let mut lab = common::lab();
        lab.args(arguments).arg("--no-browser").env(CACHE_VARIABLE, &own);
        lab
    };
    let mut first = Running::start_as_it_is(start(&["datagrams"]));
    first.wait_for_kernels();
    let tutorial = Tutorial::read(&repository()).unwrap();
    let paths = |name: &str| {
        let mut paths = Side::BOTH.map(|side| tutorial.part(name).unwrap().path(side));
        paths.sort();
        paths.to_vec()
    };
    assert_eq!(open_notebooks(&first), paths("datagrams"));
    assert!(first.url.contains("/lab/workspaces/udp-datagrams?"), "{}", first.url);

    let second = start(&["many"]).output().unwrap();
    assert!(second.status.success(), "{second:?}");
    let said = String::from_utf8(second.stdout).unwrap();
    let url = first.url.replace("udp-datagrams", "udp-many");
    assert_eq!(
        said,
        format!("JupyterLab: {url}\nIt was already running; the pair is open there now.\n")
    );
    assert_eq!(open_notebooks(&first), [paths("datagrams"), paths("many")].concat());
    let workspace = first.api.get("lab/api/workspaces/udp-many").call().unwrap();
    let workspace = workspace.into_body().read_to_string().unwrap();
    assert!(workspace.contains("notebook:notebooks/many-server.ipynb"), "{workspace}");

    let mut another = Running::start_as_it_is(start(&["--new"]));
    assert_ne!(another.api.port, first.api.port);
    assert!(another.interrupt().success() && first.interrupt().success());
    assert!(fs::read_dir(own.join("udp-tutorial/run")).unwrap().next().is_none());
}
