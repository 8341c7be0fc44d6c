//! Two labs at once, each of which ends without leaving anything behind.
#![cfg(target_os = "linux")] // the processes are found in /proc

mod common;

use std::net::TcpListener;

use common::running::Running;

#[test]
fn two_labs_run_at_once_and_ctrl_c_leaves_nothing_behind() {
    let labs = [Running::start(), Running::start()];
    assert_ne!(labs[0].port(), labs[1].port());
    for lab in &labs {
        assert_eq!(lab.open("server.ipynb", "guessed").0, 403, "a wrong token opens nothing");
        assert_eq!(lab.open("server.ipynb", lab.token()).0, 201);
        assert_eq!(lab.open("client.ipynb", lab.token()).0, 201);
        // The launcher, JupyterLab, two kernels, and for each the process that runs its cells.
        common::wait_until(|| lab.processes().len() >= 6);
    }
    for mut lab in labs {
        assert!(lab.interrupt().success());
        assert!(lab.processes().is_empty(), "processes are left behind");
        TcpListener::bind(("127.0.0.1", lab.port())).expect("the port is free again");
    }
}

#[test]
fn ctrl_c_while_the_kernels_start_leaves_nothing_behind_either() {
    let mut lab = Running::start();
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "processes are left behind");
}
