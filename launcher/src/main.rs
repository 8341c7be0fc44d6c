//! `cargo lab`: the command line.

#![warn(clippy::disallowed_methods)]

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use installation::folder::Installation;
use installation::tutorial::{Tutorial, repository};
use launcher::install::{self, register};
use launcher::open::pair::Pair;
use launcher::open::{Jupyter, Wish};
use launcher::progress::Progress;
use launcher::reading::Reading;
use launcher::{clean, fresh};

const ABOUT: &str = "\
Opens a pair of notebooks of \"UDP, hands on\" side by side in JupyterLab. Ctrl-C stops JupyterLab.
If JupyterLab is already running for this clone, the pair opens there.

`cargo lab` first installs whatever is missing, all of it in one folder: udp-tutorial in the
platform's cache folder (Linux: ~/.cache, macOS: ~/Library/Caches, Windows: %LOCALAPPDATA%), or in
the folder that UDP_TUTORIAL_CACHE names. `cargo lab clean` removes that folder. Two things stay
outside it: the Rust component rust-src, which rustup adds if it is missing, and Cargo's own cache.

If Cargo has installed the right version of the Rust kernel for Jupyter on this machine, `cargo lab`
uses that one. Otherwise it downloads the release's binary from github.com/evcxr/evcxr. If that
binary cannot be used, or with --compile, it compiles the kernel.";

const COMPILE: &str = "Compile the kernel instead of downloading the release's binary, as does the \
    variable UDP_TUTORIAL_COMPILE=1. UDP_TUTORIAL_RELEASES names another source of the same files.";

/// The environment variable that has the effect of `--compile`.
const COMPILE_VARIABLE: &str = "UDP_TUTORIAL_COMPILE";

/// The exit status after Ctrl-C, as shells have it: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

const ENVIRONMENT: &str = if cfg!(windows) {
    "Print PowerShell commands that set JUPYTER, PYTHON and JUPYTER_PATH: \
     cargo lab env | Out-String | Invoke-Expression"
} else {
    "Print shell commands that set JUPYTER, PYTHON and JUPYTER_PATH: eval \"$(cargo lab env)\""
};

/// The subcommands: everything except opening a pair.
#[derive(Clone, Copy, PartialEq)]
enum Task {
    Prepare,
    Env,
    Register,
    Unregister,
    Progress,
    Fresh,
    Clean,
}

impl Task {
    const ALL: [Task; 7] = [
        Task::Prepare,
        Task::Env,
        Task::Register,
        Task::Unregister,
        Task::Progress,
        Task::Fresh,
        Task::Clean,
    ];

    fn name(self) -> &'static str {
        match self {
            Task::Prepare => "prepare",
            Task::Env => "env",
            Task::Register => "register",
            Task::Unregister => "unregister",
            Task::Progress => "progress",
            Task::Fresh => "fresh",
            Task::Clean => "clean",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Task::Prepare => "Install what is missing, and open nothing",
            Task::Env => ENVIRONMENT,
            Task::Register => {
                "Make the kernel available to your Jupyter front-ends, as \"Rust (UDP, hands on)\""
            }
            Task::Unregister => "Remove the kernel from your Jupyter front-ends",
            Task::Progress => {
                "Show which labs you have run, which exercises you have met, and what comes next"
            }
            Task::Fresh => "Restore the committed notebooks, and keep yours beside them",
            Task::Clean => "Remove everything that `cargo lab` installed",
        }
    }

    fn needs_installation(self) -> bool {
        !matches!(self, Task::Progress | Task::Fresh | Task::Clean | Task::Unregister)
    }

    fn run(self, installation: &Installation) -> Result<()> {
        match self {
            Task::Prepare => Ok(()), // the caller has prepared the installation already
            Task::Env => print_environment(installation),
            Task::Register => register::register(installation),
            Task::Unregister => {
                if !register::unregister(installation)? {
                    eprintln!("The kernel in {} is not registered.", installation.root().display());
                }
                Ok(())
            }
            Task::Progress => print_progress(),
            Task::Fresh => {
                let committed = std::env::var_os(fresh::COMMITTED_VARIABLE).map(PathBuf::from);
                fresh::fresh(&repository(), committed.as_deref())
            }
            Task::Clean => clean::clean(installation),
        }
    }
}

fn command_line(tutorial: &Tutorial) -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let parts: Vec<PossibleValue> = tutorial
        .parts
        .iter()
        .map(|part| PossibleValue::new(part.name.clone()).help(part.about.clone()))
        .collect();
    let part = Arg::new("part").value_name("PART").value_parser(PossibleValuesParser::new(parts));
    let port = Arg::new("port").long("port").value_name("PORT");
    Command::new("cargo lab")
        .bin_name("cargo lab")
        .about(ABOUT)
        .arg(part.help("The part to open; by default the article"))
        .arg(flag("compile").global(true).help(COMPILE))
        .arg(
            flag("new")
                .help("Start another JupyterLab even if one is already running for this clone"),
        )
        .arg(
            flag("no-browser")
                .help("Print the page's address instead of opening it in the browser"),
        )
        .arg(port.value_parser(value_parser!(u16).range(1..)).help(
            "The TCP port on 127.0.0.1 for a new JupyterLab; by default the first free port from \
             8888 on",
        ))
        .args_conflicts_with_subcommands(true)
        .subcommands(Task::ALL.map(|task| Command::new(task.name()).about(task.about())))
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let tutorial = Tutorial::read(&repository())?;
    let arguments = command_line(&tutorial).get_matches();
    let installation = Installation::locate()?;
    let (task, options) = match arguments.subcommand() {
        Some((name, options)) => (Task::ALL.into_iter().find(|task| task.name() == name), options),
        None => (None, &arguments),
    };
    let asked = std::env::var_os(COMPILE_VARIABLE).is_some_and(|value| !value.is_empty());
    let compile = asked || options.get_flag("compile");
    let Some(task) = task else { return open(&installation, &tutorial, &arguments, compile) };
    if task.needs_installation() {
        install::prepare(&installation, compile, None)?;
    }
    task.run(&installation)
}

/// Installs what is missing, and opens a pair in the JupyterLab that is running for this clone, or in
/// a new one.
fn open(
    installation: &Installation,
    tutorial: &Tutorial,
    arguments: &ArgMatches,
    compile: bool,
) -> Result<()> {
    let part = match arguments.get_one::<String>("part") {
        Some(name) => tutorial.part(name)?,
        None => tutorial.article(),
    };
    let (port, browser) = (arguments.get_one("port").copied(), !arguments.get_flag("no-browser"));
    let signals = Signals::watch(Reading::of(&repository(), part, browser))?;
    install::prepare(installation, compile, Some(&signals.reading))?;
    let pair = Pair::of(tutorial, part);
    if let (None, false) = (port, arguments.get_flag("new"))
        && let Some(url) = pair.join(installation, &repository(), browser)?
    {
        println!("JupyterLab: {url}\nIt was already running; the pair is open there now.");
        return Ok(());
    }
    if let Some(port) = part.port_in_use(&repository()) {
        eprintln!("{}", in_use(port));
    }
    start(installation, &pair, port, browser, &signals)
}

/// Starts JupyterLab and waits until it ends.
fn start(
    installation: &Installation,
    pair: &Pair,
    port: Option<u16>,
    browser: bool,
    signals: &Signals,
) -> Result<()> {
    signals.await_jupyterlab();
    let interrupted = || signals.interrupted();
    // A page to read that is open leads to JupyterLab by itself.
    let browser = browser && !signals.reading.is_open();
    let wish = Wish { port, browser, interrupted: &interrupted };
    let started = Jupyter::start(installation, &repository(), pair, &wish)?;
    let Some(mut jupyter) = started else { return Ok(()) };
    jupyter.start_kernels(pair);
    signals.reading.lead_to(jupyter.url())?;
    // If the reader has closed the pipe, the write fails and JupyterLab keeps running.
    let _ =
        writeln!(std::io::stdout(), "JupyterLab: {}\nPress Ctrl-C here to stop it.", jupyter.url());
    if !jupyter.wait(&interrupted)? {
        eprintln!("\nStopping JupyterLab and its kernels …");
        jupyter.stop()?;
    }
    install::kernelspec::remove_left(installation);
    Ok(())
}

fn in_use(port: u16) -> String {
    format!(
        "UDP port {port} is in use on this machine, most likely by a server cell that is still \
         running in this clone, in another one, or under another user. A client cell would talk to \
         that server. Stop it, or change PORT in both notebooks."
    )
}

/// Ctrl-C, closing the terminal, and the system's request to end. They end the launcher at once until
/// JupyterLab starts; from then on the launcher ends JupyterLab first.
struct Signals {
    interrupted: Arc<AtomicBool>,
    has_jupyterlab: Arc<AtomicBool>,
    /// The page to read during the set-up. It closes with the launcher, however that ends.
    reading: Arc<Reading>,
}

impl Signals {
    fn watch(reading: Reading) -> Result<Signals> {
        let signals = Signals {
            interrupted: Arc::default(),
            has_jupyterlab: Arc::default(),
            reading: Arc::new(reading),
        };
        let [interrupted, has_jupyterlab] =
            [&signals.interrupted, &signals.has_jupyterlab].map(Arc::clone);
        let reading = Arc::clone(&signals.reading);
        ctrlc::set_handler(move || {
            interrupted.store(true, Ordering::Relaxed);
            if !has_jupyterlab.load(Ordering::Relaxed) {
                reading.close();
                std::process::exit(INTERRUPTED);
            }
        })?;
        Ok(signals)
    }

    fn await_jupyterlab(&self) {
        self.has_jupyterlab.store(true, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.reading.close();
    }
}

fn print_progress() -> Result<()> {
    let progress = Progress::read(&repository())?;
    let _ = write!(std::io::stdout(), "{progress}"); // if the reader has closed the pipe
    // `main` writes "error: " before the first one.
    ensure!(progress.unreadable.is_empty(), "{}", progress.unreadable.join("\nerror: "));
    Ok(())
}

fn print_environment(installation: &Installation) -> Result<()> {
    let assignments = [
        ("JUPYTER", installation.venv_program("jupyter")),
        ("PYTHON", installation.venv_program("python")),
        ("JUPYTER_PATH", installation.jupyter_path()),
    ];
    for (name, path) in assignments {
        let path = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
        if cfg!(windows) {
            println!("$env:{name} = '{}'", path.replace('\'', "''"));
        } else {
            println!("export {name}={}", shlex::try_quote(path)?);
        }
    }
    Ok(())
}
