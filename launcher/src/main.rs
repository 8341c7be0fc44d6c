//! `cargo lab`: the command line.

#![warn(clippy::disallowed_methods)]

mod task;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use installation::folder::Installation;
use installation::tutorial::{Language, Tutorial, repository};
use launcher::open::pair::Pair;
use launcher::open::{Jupyter, Wish};
use launcher::reading::{Reading, Stage};
use launcher::{install, language};

use crate::task::{PART, Task};

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

/// The option that names a language by its code.
const LANGUAGE: &str = "language";

/// How long a failed set-up waits before it says so. Ctrl-C also ends the program whose failure it then
/// is, and the launcher may see that end before it learns of Ctrl-C, at which it ends at once.
const CTRL_C_TIME: Duration = Duration::from_secs(1);

/// The exit status after Ctrl-C, as shells have it: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

fn command_line(tutorial: &Tutorial) -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let parts: Vec<PossibleValue> = tutorial
        .parts
        .iter()
        .map(|part| PossibleValue::new(part.name.clone()).help(part.about.clone()))
        .collect();
    let part = Arg::new(PART).value_name("PART").value_parser(PossibleValuesParser::new(parts));
    let subcommand = |task: Task| {
        let command = Command::new(task.name()).about(task.about());
        match task {
            Task::Fresh => command.arg(part.clone().help("The part to restore; by default all")),
            _ => command,
        }
    };
    let port = Arg::new("port").long("port").value_name("PORT");
    Command::new("cargo lab")
        .bin_name("cargo lab")
        .about(ABOUT)
        .arg(part.clone().help("The part to open; by default the article"))
        .arg(language_option(tutorial))
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
        .subcommands(Task::ALL.map(subcommand))
}

fn language_option(tutorial: &Tutorial) -> Arg {
    let value =
        |language: &Language| PossibleValue::new(language.code.clone()).help(language.name.clone());
    let languages: Vec<PossibleValue> = tutorial.languages.iter().map(value).collect();
    Arg::new(LANGUAGE)
        .long(LANGUAGE)
        .value_name("LANGUAGE")
        .value_parser(PossibleValuesParser::new(languages))
        .help(
            "The language of the notebooks, and of the menus of a JupyterLab that this command \
             starts; by default English",
        )
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
    task.run(&installation, options)
}

/// Installs what is missing, and opens a pair in the JupyterLab that is running for this clone, or in
/// a new one.
fn open(
    installation: &Installation,
    tutorial: &Tutorial,
    arguments: &ArgMatches,
    compile: bool,
) -> Result<()> {
    let part = match arguments.get_one::<String>(PART) {
        Some(name) => tutorial.part(name)?,
        None => tutorial.article(),
    };
    let code = arguments.get_one::<String>(LANGUAGE).map(String::as_str);
    let part = &language::part_in(tutorial, part, code)?;
    if code.is_none()
        && let Some(locale) = sys_locale::get_locale()
        && let Some(hint) = language::hint(tutorial, &locale)
    {
        eprintln!("{hint}");
    }
    let (port, browser) = (arguments.get_one("port").copied(), !arguments.get_flag("no-browser"));
    let signals = Signals::watch(Reading::of(&repository(), part, browser))?;
    install::prepare(installation, compile, Some(&signals.reading))
        .inspect_err(|_| thread::sleep(CTRL_C_TIME))?;
    let pair = Pair::of(tutorial, part);
    if let (None, false) = (port, arguments.get_flag("new"))
        && let Some(url) = pair.join(installation, &repository(), browser)?
    {
        println!("JupyterLab: {url}\nIt was already running; the pair is open there now.");
        if code.is_some() {
            println!(
                "Its menus stay in the language that it was started in; --new starts another."
            );
        }
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
    signals.reading.report(&Stage::Ready { url: jupyter.url() })?;
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
