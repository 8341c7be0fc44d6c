//! `cargo lab --no-browser` as a child process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

/// A lab that was started, and the address that it printed.
pub struct Running {
    lab: Child,
    /// The address that it printed.
    pub url: String,
    mark: String,
}

impl Running {
    pub fn start() -> Running {
        super::prepared();
        let mark = uuid::Uuid::new_v4().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.arg("--no-browser").env("LAB_TEST_MARK", &mark).stdout(Stdio::piped());
        let mut lab = command.spawn().unwrap();
        let mut lines = BufReader::new(lab.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let url = line.strip_prefix("JupyterLab: ").unwrap().to_string();
        Running { lab, url, mark }
    }

    pub fn port(&self) -> u16 {
        let address = self.url.split('/').nth(2).unwrap();
        address.split_once(':').unwrap().1.parse().unwrap()
    }

    /// What JupyterLab and its kernels have logged, while they run.
    fn log(&self) -> String {
        let runs = fs::read_dir(super::prepared().runs()).unwrap().flatten();
        let logs = runs.filter_map(|run| fs::read_to_string(run.path().join("jupyter.log")).ok());
        let address = format!("127.0.0.1:{}/lab/", self.port());
        logs.filter(|log| log.contains(&address)).collect()
    }

    /// Presses Ctrl-C in its terminal and waits for its end.
    pub fn interrupt(&mut self) -> ExitStatus {
        kill(Pid::from_raw(self.lab.id() as i32), Signal::SIGINT).unwrap();
        self.lab.wait().unwrap()
    }

    pub fn token(&self) -> &str {
        self.url.split_once("?token=").unwrap().1
    }

    /// Opens a notebook as its page does, which starts a kernel; returns the status of the reply
    /// and the session that it describes.
    pub fn open(&self, notebook: &str, token: &str) -> (u16, Value) {
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
            Ok(mut reply) => {
                let session = reply.body_mut().read_to_string().unwrap();
                (reply.status().as_u16(), serde_json::from_str(&session).unwrap())
            }
            Err(ureq::Error::StatusCode(status)) => (status, Value::Null),
            Err(error) => panic!("{error}"),
        }
    }

    /// Sends a signal to the kernels of this lab, and to the processes that run their cells.
    pub fn signal_kernels(&self, signal: Signal) {
        for process in self.processes() {
            if fs::read_to_string(process.join("comm")).is_ok_and(|name| name == "evcxr_jupyter\n")
            {
                let process = process.file_name().unwrap().to_str().unwrap().parse().unwrap();
                let _ = kill(Pid::from_raw(process), signal); // it may have ended meanwhile
            }
        }
    }

    /// The processes that this lab started, and those that they started, by their environment:
    /// their folders in /proc.
    pub fn processes(&self) -> Vec<PathBuf> {
        let mark = format!("LAB_TEST_MARK={}", self.mark);
        let is_marked = |process: &PathBuf| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|process| process.path());
        processes.filter(is_marked).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("JupyterLab's log:\n{}", self.log());
        }
        // Where a test failed half-way, its lab still runs.
        if let Ok(None) = self.lab.try_wait() {
            self.interrupt();
        }
    }
}
