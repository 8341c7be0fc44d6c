//! Two labs at once, each of which ends without leaving anything behind.
#![cfg(target_os = "linux")] // the processes are found in /proc

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

const LAB: &str = env!("CARGO_BIN_EXE_lab");

/// A lab that was started, and the address that it printed.
struct Running {
    lab: Child,
    url: String,
    mark: String,
}

impl Running {
    fn start() -> Running {
        common::prepared();
        let mark = uuid::Uuid::new_v4().to_string();
        let mut command = Command::new(LAB);
        command.arg("--no-browser").env("LAB_TEST_MARK", &mark).stdout(Stdio::piped());
        let mut lab = command.spawn().unwrap();
        let mut lines = BufReader::new(lab.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let url = line.strip_prefix("JupyterLab: ").unwrap().to_string();
        Running { lab, url, mark }
    }

    fn port(&self) -> u16 {
        let address = self.url.split('/').nth(2).unwrap();
        address.split_once(':').unwrap().1.parse().unwrap()
    }

    /// Opens a notebook as its page does, which starts a kernel; returns the status of the reply.
    fn open(&self, notebook: &str, token: &str) -> u16 {
        let body = json!({
            "kernel": { "name": "rust" },
            "name": notebook,
            "path": format!("notebooks/{notebook}"),
            "type": "notebook",
        });
        let asked = ureq::post(format!("http://127.0.0.1:{}/api/sessions", self.port()))
            .header("Authorization", format!("token {token}"))
            .send(body.to_string());
        match asked {
            Ok(reply) => reply.status().as_u16(),
            Err(ureq::Error::StatusCode(status)) => status,
            Err(error) => panic!("{error}"),
        }
    }

    fn token(&self) -> &str {
        self.url.split_once("?token=").unwrap().1
    }

    /// The processes that this lab started, and those that they started, by their environment.
    fn processes(&self) -> usize {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let environments = processes.filter_map(|one| fs::read(one.path().join("environ")).ok());
        let mark = format!("LAB_TEST_MARK={}", self.mark);
        let marked = environments.filter(|environment| {
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        });
        marked.count()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where a test failed half-way, its lab still runs.
        let _ = kill(Pid::from_raw(self.lab.id() as i32), Signal::SIGTERM);
        let _ = self.lab.wait();
    }
}

#[test]
fn two_labs_run_at_once_and_ctrl_c_leaves_nothing_behind() {
    let labs = [Running::start(), Running::start()];
    assert_ne!(labs[0].port(), labs[1].port());
    for lab in &labs {
        assert_eq!(lab.open("server.ipynb", "guessed"), 403, "a wrong token opens nothing");
        assert_eq!(lab.open("server.ipynb", lab.token()), 201);
        assert_eq!(lab.open("client.ipynb", lab.token()), 201);
        // The launcher, JupyterLab, two kernels, and for each the process that runs its cells.
        common::wait_until(|| lab.processes() >= 6);
    }
    for mut lab in labs {
        kill(Pid::from_raw(lab.lab.id() as i32), Signal::SIGINT).unwrap();
        assert!(lab.lab.wait().unwrap().success());
        assert_eq!(lab.processes(), 0, "processes are left behind");
        TcpListener::bind(("127.0.0.1", lab.port())).expect("the port is free again");
    }
}
