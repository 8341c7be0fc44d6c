//! A running `cargo lab --no-browser`, as a child process.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use installation::jupyterlab_api::Api;
use installation::tutorial::Part;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::lab::{lab, prepared};
use crate::wait::wait_until;

/// A running lab, and the address that it printed.
pub struct Running {
    lab: Child,
    /// The API of the lab's JupyterLab.
    pub api: Api,
    /// The address that the lab printed: the page with the pair of notebooks.
    pub url: String,
    folder: PathBuf,
    mark: String,
}

impl Running {
    /// Starts the clone's launcher with its own JupyterLab.
    pub fn start() -> Running {
        prepared();
        Running::start_by(lab(), &[])
    }

    /// Starts a lab with the test's own command and further arguments.
    pub fn start_by(mut command: Command, arguments: &[&str]) -> Running {
        command.args(["--no-browser", "--new"]).args(arguments);
        Running::start_as_it_is(command)
    }

    /// Starts a lab with a command that already has its arguments.
    pub fn start_as_it_is(mut command: Command) -> Running {
        let mark = uuid::Uuid::new_v4().to_string();
        command.env("LAB_TEST_MARK", &mark).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut lab = command.spawn().unwrap();
        let mut lines = BufReader::new(lab.stdout.take().unwrap()).lines();
        let Some(line) = lines.next() else {
            let mut report = String::new();
            lab.stderr.take().unwrap().read_to_string(&mut report).unwrap();
            panic!("the launcher ended before it printed an address: {report}");
        };
        let url = line.unwrap().strip_prefix("JupyterLab: ").unwrap().to_string();
        let api = Api::of_page(&url).unwrap();
        let mut running = Running { lab, api, url, folder: PathBuf::new(), mark };
        let mut runtimes = running
            .processes()
            .into_iter()
            .filter_map(|process| variable(&process, "JUPYTER_RUNTIME_DIR").map(PathBuf::from));
        let runtime = runtimes.next().expect("no process of JupyterLab is running");
        running.folder = runtime.parent().unwrap().to_path_buf();
        running
    }

    /// Opens another part in this JupyterLab, as a learner does with `cargo lab PART`, in the part's
    /// language. Returns the address of its page.
    pub fn open_part(&self, part: &Part) -> String {
        let language = part.language.iter().flat_map(|code| ["--language", code.as_str()]);
        let mut open = lab();
        open.args([&part.name, "--no-browser"]).args(language);
        let output = open.output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let url = said.lines().next().and_then(|line| line.strip_prefix("JupyterLab: "));
        let url = url.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(
            Api::of_page(url).unwrap().port,
            self.api.port,
            "the part opened in another JupyterLab"
        );
        url.to_string()
    }

    /// The folder that JupyterLab uses for this run.
    pub fn folder(&self) -> PathBuf {
        self.folder.clone()
    }

    /// The number of kernels that JupyterLab is running for notebooks.
    pub fn sessions(&self) -> usize {
        let sessions = self.api.get("api/sessions").call().unwrap().into_body().read_to_string();
        sessions.unwrap().matches("\"kernel\"").count()
    }

    /// Waits until both notebooks' kernels are running. Each has a second process that runs the
    /// cells, so there are six processes, including the launcher and JupyterLab. Wait for the
    /// launcher to start the kernels before you open a notebook, which would start one more.
    pub fn wait_for_kernels(&self) {
        wait_until(|| self.sessions() == 2);
        wait_until(|| self.processes().len() >= 6);
    }

    /// Starts a cell that does not end, and waits until it is running.
    pub fn run_endless_cell(&self) {
        let running = self.folder.join("cell-runs");
        let code = format!("std::fs::write({running:?}, \"\")?; loop {{ std::thread::park(); }}");
        self.run_cell(&code, &running);
    }

    /// Starts a cell, and waits until it has created `file`. The kernel may still be starting, and
    /// then runs the cell once it is ready.
    pub fn run_cell(&self, code: &str, file: &Path) {
        let script = "import pathlib, sys\n\
                      from jupyter_client import BlockingKernelClient\n\
                      file = next(pathlib.Path(sys.argv[1]).glob('kernel-*.json'))\n\
                      client = BlockingKernelClient(connection_file=str(file))\n\
                      client.load_connection_file()\n\
                      client.start_channels(iopub=False, stdin=False, hb=False)\n\
                      client.execute(sys.argv[2])\n\
                      sys.stdin.read()";
        let mut python = Command::new(prepared().venv_program("python"));
        python.args(["-c", script]).arg(self.folder.join("runtime")).arg(code);
        let mut python = python.stdin(Stdio::piped()).spawn().unwrap();
        wait_until(|| file.exists());
        drop(python.stdin.take());
        assert!(python.wait().unwrap().success());
    }

    pub fn kill(&mut self) -> ExitStatus {
        self.lab.kill().unwrap();
        self.lab.wait().unwrap()
    }

    pub fn kill_jupyter(&self) {
        let is_jupyter = |process: &PathBuf| {
            let arguments = fs::read(process.join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains("from jupyterlab.labapp import main")
        };
        let jupyter = self.processes().into_iter().find(is_jupyter).unwrap();
        kill(number(&jupyter), Signal::SIGKILL).unwrap();
    }

    /// Waits for the launcher to end, and returns its status and its messages.
    pub fn wait(&mut self) -> (ExitStatus, String) {
        let mut report = String::new();
        self.lab.stderr.take().unwrap().read_to_string(&mut report).unwrap();
        (self.lab.wait().unwrap(), report)
    }

    /// The log of JupyterLab and its kernels, which exists while they are running.
    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("jupyter.log")).unwrap_or_default()
    }

    /// Interrupts the launcher as Ctrl-C does, and waits for it to end.
    pub fn interrupt(&mut self) -> ExitStatus {
        kill(Pid::from_raw(self.lab.id() as i32), Signal::SIGINT).unwrap();
        self.lab.wait().unwrap()
    }

    /// Sends a signal to this lab's kernels, and to the processes that run their cells.
    pub fn signal_kernels(&self, signal: Signal) {
        for process in self.processes() {
            if fs::read_to_string(process.join("comm")).is_ok_and(|name| name == "evcxr_jupyter\n")
            {
                let _ = kill(number(&process), signal); // the process may have ended by now
            }
        }
    }

    /// The folders in /proc of the processes that this lab started, directly or indirectly. An
    /// environment variable marks them.
    pub fn processes(&self) -> Vec<PathBuf> {
        let is_marked =
            |process: &PathBuf| variable(process, "LAB_TEST_MARK").as_ref() == Some(&self.mark);
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|process| process.path());
        processes.filter(is_marked).collect()
    }
}

/// An environment variable of a process, from its folder in /proc.
fn variable(process: &Path, name: &str) -> Option<String> {
    let environment = fs::read(process.join("environ")).unwrap_or_default();
    let mut variables = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    variables.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix('=')?.to_string()))
}

/// The id of a process, from its folder in /proc.
fn number(process: &Path) -> Pid {
    Pid::from_raw(process.file_name().unwrap().to_str().unwrap().parse().unwrap())
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("JupyterLab's log:\n{}", self.log());
        }
        // If a test failed halfway, its lab is still running.
        if let Ok(None) = self.lab.try_wait() {
            self.interrupt();
        }
    }
}
