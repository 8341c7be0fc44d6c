//! `cargo lab`: the command line.

#![forbid(unsafe_code)]

use std::io::Write;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand};
use lab::cache::Cache;
use lab::{clean, fresh, jupyter::Jupyter, repository, setup, tools};

/// Opens both notebooks of "UDP, hands on" side by side in JupyterLab, and ends it at Ctrl-C.
///
/// What is missing is installed first, all of it in one folder: udp-tutorial in the platform's
/// cache folder (Linux: ~/.cache, macOS: ~/Library/Caches, Windows: %LOCALAPPDATA%), or in the
/// folder that UDP_TUTORIAL_CACHE names. `cargo lab clean` removes that folder. Two things stay
/// outside it: the Rust component rust-src, which rustup adds if it is missing, and Cargo's own
/// cache.
#[derive(Parser)]
#[command(name = "cargo lab", bin_name = "cargo lab", args_conflicts_with_subcommands = true)]
struct Lab {
    #[command(subcommand)]
    command: Option<Task>,
    #[command(flatten)]
    open: Open,
}

#[derive(Args)]
struct Open {
    /// Print the page's address instead of opening it in the browser.
    #[arg(long)]
    no_browser: bool,
    /// The TCP port of JupyterLab on 127.0.0.1; without it the first free one from 8888 on.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, and stop there.
    Prepare,
    /// Print JUPYTER, PYTHON and JUPYTER_PATH as shell assignments: eval "$(cargo lab env)".
    Env,
    /// Run both notebooks as a reader does, and rewrite their outputs.
    Record,
    /// Put the committed notebooks back in place, and keep yours beside them.
    Fresh,
    /// Remove everything that was installed.
    Clean,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Lab::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(lab: Lab) -> Result<()> {
    let cache = Cache::locate()?;
    let prepare = || setup::prepare(&cache);
    match lab.command {
        None => {
            prepare()?;
            open(&cache, &lab.open).await
        }
        Some(Task::Prepare) => prepare(),
        Some(Task::Env) => prepare().and_then(|()| print_environment(&cache)),
        Some(Task::Record) => {
            prepare()?;
            record(&cache)
        }
        Some(Task::Fresh) => fresh::fresh(&repository()),
        Some(Task::Clean) => clean::clean(&cache),
    }
}

/// Lets the package `proof` run both notebooks; it is compiled for that, the first time.
fn record(cache: &Cache) -> Result<()> {
    let status = Command::new(tools::cargo()?)
        .args(["run", "--quiet", "--package", "proof", "--"])
        .args([cache.jupyter_path(), repository()])
        .current_dir(repository())
        .status()?;
    ensure!(status.success(), "the notebooks could not be recorded, see above");
    Ok(())
}

async fn open(cache: &Cache, open: &Open) -> Result<()> {
    let interrupted = interruption()?;
    let mut jupyter = Jupyter::start(cache, &repository(), open.port, !open.no_browser).await?;
    jupyter.start_kernels();
    // Whoever reads it may close the pipe; the lab goes on.
    let _ = writeln!(std::io::stdout(), "JupyterLab: {}\nCtrl-C here ends it.", jupyter.url());
    tokio::select! {
        ended = jupyter.wait() => return ended,
        () = interrupted => {}
    }
    eprintln!("\nEnding JupyterLab and its kernels …");
    jupyter.stop().await
}

/// Completes at Ctrl-C, or when the terminal is closed or the system asks the launcher to end.
#[cfg(unix)]
fn interruption() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

/// Completes at Ctrl-C, or when the console is closed.
#[cfg(windows)]
fn interruption() -> Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_c, ctrl_close};
    let (mut interrupt, mut close) = (ctrl_c()?, ctrl_close()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = close.recv() => {}
        }
    })
}

fn print_environment(cache: &Cache) -> Result<()> {
    let assignments = [
        ("JUPYTER", cache.venv_program("jupyter")),
        ("PYTHON", cache.venv_program("python")),
        ("JUPYTER_PATH", cache.jupyter_path()),
    ];
    for (name, path) in assignments {
        let path = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
        println!("{name}={}", shlex::try_quote(path)?);
    }
    Ok(())
}
