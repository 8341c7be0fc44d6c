//! `cargo lab --no-browser` as a child process.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::common;
use launcher::open::api::Api;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A lab that was started, and the address that it printed.
pub struct Running {
    lab: Child,
    /// JupyterLab at the address that it printed.
    pub api: Api,
    folder: PathBuf,
    mark: String,
}

impl Running {
    pub fn start() -> Running {
        Running::start_where(&[])
    }

    /// Starts it with more environment variables.
    pub fn start_where(environment: &[(&str, &str)]) -> Running {
        common::prepared();
        let mark = uuid::Uuid::new_v4().to_string();
        let mut command = common::lab();
        command.arg("--no-browser").env("LAB_TEST_MARK", &mark);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(environment.iter().copied());
        let mut lab = command.spawn().unwrap();
        let mut lines = BufReader::new(lab.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let url = line.strip_prefix("JupyterLab: ").unwrap().to_string();
        let api = Api::of_page(&url).unwrap();
        let runs = fs::read_dir(common::prepared().runs()).unwrap().flatten();
        let folder = runs.map(|run| run.path()).find(|run| is_of(run, &api.token));
        Running { lab, api, folder: folder.expect("the run has a folder"), mark }
    }

    /// The folder of this run.
    pub fn folder(&self) -> PathBuf {
        self.folder.clone()
    }

    /// Waits until both notebooks' kernels run, with the process that runs the cells of each:
    /// with the launcher and JupyterLab that makes six. The launcher starts them; who opened a
    /// notebook in the same moment would start one more.
    pub fn wait_for_kernels(&self) {
        common::wait_until(|| {
            let sessions =
                self.api.get("api/sessions").call().unwrap().into_body().read_to_string();
            sessions.unwrap().matches("\"kernel\"").count() == 2
        });
        common::wait_until(|| self.processes().len() >= 6);
    }

    /// Lets a kernel run a cell that does not end, and waits until it runs. The cell waits for the
    /// kernel, which may still be starting.
    pub fn run_endless_cell(&self) {
        let running = self.folder.join("cell-runs");
        let cell = format!("std::fs::write({running:?}, \"\")?; loop {{ std::thread::park(); }}");
        let script = "import pathlib, sys\n\
                      from jupyter_client import BlockingKernelClient\n\
                      file = next(pathlib.Path(sys.argv[1]).glob('kernel-*.json'))\n\
                      client = BlockingKernelClient(connection_file=str(file))\n\
                      client.load_connection_file()\n\
                      client.start_channels(iopub=False, stdin=False, hb=False)\n\
                      client.execute(sys.argv[2])\n\
                      sys.stdin.read()";
        let mut python = Command::new(common::prepared().venv_program("python"));
        python.args(["-c", script]).arg(self.folder.join("runtime")).arg(cell);
        let mut python = python.stdin(Stdio::piped()).spawn().unwrap();
        common::wait_until(|| running.exists());
        drop(python.stdin.take());
        assert!(python.wait().unwrap().success());
    }

    /// Kills the launcher.
    pub fn kill(&mut self) -> ExitStatus {
        self.lab.kill().unwrap();
        self.lab.wait().unwrap()
    }

    /// Kills JupyterLab.
    pub fn kill_jupyter(&self) {
        let is_jupyter = |process: &PathBuf| {
            let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains("-m\0jupyterlab\0")
        };
        let jupyter = self.processes().into_iter().find(is_jupyter).unwrap();
        kill(number(&jupyter), Signal::SIGKILL).unwrap();
    }

    /// Waits for the end of the launcher, and returns what it has said.
    pub fn wait(&mut self) -> (ExitStatus, String) {
        let mut report = String::new();
        self.lab.stderr.take().unwrap().read_to_string(&mut report).unwrap();
        (self.lab.wait().unwrap(), report)
    }

    /// What JupyterLab and its kernels have logged, while they run.
    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("jupyter.log")).unwrap_or_default()
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
                let _ = kill(number(&process), signal); // it may have ended meanwhile
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

/// Whether the JupyterLab that takes this token has written its description into the folder `run`.
fn is_of(run: &Path, token: &str) -> bool {
    let files = fs::read_dir(run.join("runtime")).into_iter().flatten().flatten();
    let mut servers = files.filter(|file| file.file_name().to_string_lossy().ends_with(".json"));
    servers.any(|file| fs::read_to_string(file.path()).is_ok_and(|text| text.contains(token)))
}

/// The number of a process, from its folder in /proc.
fn number(process: &Path) -> Pid {
    Pid::from_raw(process.file_name().unwrap().to_str().unwrap().parse().unwrap())
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
