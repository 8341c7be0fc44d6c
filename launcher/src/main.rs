//! `cargo lab`: the command line.

#![forbid(unsafe_code)]

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use launcher::install::{self, installation::Cache, register};
use launcher::open::{Jupyter, Wish};
use launcher::tutorial::{self, repository};
use launcher::{clean, fresh, page, proof};

const ABOUT: &str = "\
Opens both notebooks of \"UDP, hands on\" side by side in JupyterLab, and ends it at Ctrl-C.

What is missing is installed first, all of it in one folder: udp-tutorial in the platform's cache
folder (Linux: ~/.cache, macOS: ~/Library/Caches, Windows: %LOCALAPPDATA%), or in the folder that
UDP_TUTORIAL_CACHE names. `cargo lab clean` removes that folder. Two things stay outside it: the
Rust component rust-src, which rustup adds if it is missing, and Cargo's own cache.

The Rust kernel for Jupyter is the one that Cargo has installed on this machine, where it is of the
right version. Else the binary of its release is fetched from github.com/evcxr/evcxr and used if it
runs here. Else, or with --compile, it is compiled.";

const COMPILE: &str = "Compile the kernel rather than fetch its release's binary; so does the \
    variable UDP_TUTORIAL_COMPILE=1. UDP_TUTORIAL_RELEASES names another place with the same files.";

/// The environment variable that asks for what `--compile` asks for.
const COMPILE_VARIABLE: &str = "UDP_TUTORIAL_COMPILE";

const ENVIRONMENT: &str = if cfg!(windows) {
    "Print lines for PowerShell that set JUPYTER, PYTHON and JUPYTER_PATH: \
     cargo lab env | Out-String | Invoke-Expression"
} else {
    "Print lines for the shell that set JUPYTER, PYTHON and JUPYTER_PATH: eval \"$(cargo lab env)\""
};

/// The tasks besides opening the notebooks.
const TASKS: [(&str, &str); 8] = [
    ("prepare", "Install what is missing, and stop there"),
    ("env", ENVIRONMENT),
    (
        "register",
        "Let every Jupyter front-end of this user find the kernel, as \"Rust (UDP, hands on)\"",
    ),
    ("unregister", "Take that back"),
    ("record", "Run both notebooks as a reader does, and rewrite their outputs"),
    ("page", "Write both notebooks side by side as a page of static files, into target/page"),
    ("fresh", "Put the committed notebooks back in place, and keep yours beside them"),
    ("clean", "Remove everything that was installed"),
];

fn command_line() -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let compile = flag("compile").global(true).help(COMPILE);
    let browser = flag("no-browser");
    let port = Arg::new("port").long("port").value_name("PORT");
    Command::new("cargo lab")
        .bin_name("cargo lab")
        .about(ABOUT)
        .arg(compile)
        .arg(browser.help("Print the page's address instead of opening it in the browser"))
        .arg(port.value_parser(value_parser!(u16).range(1..)).help(
            "The TCP port of JupyterLab on 127.0.0.1; without it the first free one from 8888 on",
        ))
        .args_conflicts_with_subcommands(true)
        .subcommands(TASKS.map(|(name, about)| Command::new(name).about(about)))
}

fn main() -> ExitCode {
    match run(&command_line().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &ArgMatches) -> Result<()> {
    let cache = Cache::locate()?;
    let (task, options) = arguments.subcommand().unwrap_or(("open", arguments));
    let asked = std::env::var_os(COMPILE_VARIABLE).is_some_and(|value| !value.is_empty());
    let compile = asked || options.get_flag("compile");
    if !["fresh", "clean", "unregister"].contains(&task) {
        install::prepare(&cache, compile)?;
    }
    match task {
        "open" => open(&cache, arguments),
        "env" => print_environment(&cache),
        "register" => register::register(&cache),
        "unregister" => {
            if !register::unregister(&cache)? {
                eprintln!("The kernel of {} is not registered.", cache.root().display());
            }
            Ok(())
        }
        "record" => proof::record(&cache),
        "page" => page::write(&cache, &repository(), &repository().join("target/page")),
        "fresh" => {
            let committed = std::env::var_os(fresh::COMMITTED_VARIABLE).map(PathBuf::from);
            fresh::fresh(&repository(), committed.as_deref())
        }
        "clean" => clean::clean(&cache),
        _ => Ok(()), // prepared
    }
}

fn open(cache: &Cache, arguments: &ArgMatches) -> Result<()> {
    // At Ctrl-C, or when the terminal is closed or the system asks the launcher to end.
    let interruption = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&interruption);
    ctrlc::set_handler(move || handler.store(true, Ordering::Relaxed))?;
    let interrupted = || interruption.load(Ordering::Relaxed);
    let port = arguments.get_one("port").copied();
    let wish = Wish { port, browser: !arguments.get_flag("no-browser"), interrupted: &interrupted };
    if let Some(port) = tutorial::port_in_use(&repository()) {
        eprintln!(
            "UDP port {port} of this machine is in use: by a server cell that still runs, of this \
             clone, of another one or of another user. A client cell would talk to that server. End \
             it, or change PORT in both notebooks."
        );
    }
    let Some(mut jupyter) = Jupyter::start(cache, &repository(), &wish)? else { return Ok(()) };
    jupyter.start_kernels();
    // Whoever reads it may close the pipe; JupyterLab goes on.
    let _ = writeln!(std::io::stdout(), "JupyterLab: {}\nCtrl-C here ends it.", jupyter.url());
    if !jupyter.wait(&interrupted)? {
        eprintln!("\nEnding JupyterLab and its kernels …");
        jupyter.stop()?;
    }
    install::kernelspec::remove_left(cache);
    Ok(())
}

fn print_environment(cache: &Cache) -> Result<()> {
    let assignments = [
        ("JUPYTER", cache.venv_program("jupyter")),
        ("PYTHON", cache.venv_program("python")),
        ("JUPYTER_PATH", cache.jupyter_path()),
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
