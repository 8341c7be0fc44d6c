//! `cargo lab --no-browser` as a child process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use lab::api::Api;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A lab that was started, and the address that it printed.
pub struct Running {
    lab: Child,
    /// The address that it printed.
    pub url: String,
    /// JupyterLab at that address.
    pub api: Api,
    mark: String,
}

impl Running {
    pub fn start() -> Running {
        Running::start_where(&[])
    }

    /// Starts it with more environment variables.
    pub fn start_where(environment: &[(&str, &str)]) -> Running {
        super::prepared();
        let mark = uuid::Uuid::new_v4().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command.arg("--no-browser").env("LAB_TEST_MARK", &mark).stdout(Stdio::piped());
        command.envs(environment.iter().copied());
        let mut lab = command.spawn().unwrap();
        let mut lines = BufReader::new(lab.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let url = line.strip_prefix("JupyterLab: ").unwrap().to_string();
        let api = Api::of_page(&url).unwrap();
        Running { lab, url, api, mark }
    }

    /// What JupyterLab and its kernels have logged, while they run.
    fn log(&self) -> String {
        let runs = fs::read_dir(super::prepared().runs()).unwrap().flatten();
        let logs = runs.filter_map(|run| fs::read_to_string(run.path().join("jupyter.log")).ok());
        let address = format!("127.0.0.1:{}/lab/", self.api.port);
        logs.filter(|log| log.contains(&address)).collect()
    }

    /// Presses Ctrl-C in its terminal and waits for its end.
    pub fn interrupt(&mut self) -> ExitStatus {
        kill(Pid::from_raw(self.lab.id() as i32), Signal::SIGINT).unwrap();
        self.lab.wait().unwrap()
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
