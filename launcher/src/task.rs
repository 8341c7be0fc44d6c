//! The subcommands of `cargo lab`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::ArgMatches;
use installation::folder::Installation;
use installation::tutorial::repository;
use launcher::install::register;
use launcher::progress::Progress;
use launcher::{clean, fresh};

/// The argument that names a part.
pub const PART: &str = "part";

const ENVIRONMENT: &str = if cfg!(windows) {
    "Print PowerShell commands that set JUPYTER, PYTHON and JUPYTER_PATH: \
     cargo lab env | Out-String | Invoke-Expression"
} else {
    "Print shell commands that set JUPYTER, PYTHON and JUPYTER_PATH: eval \"$(cargo lab env)\""
};

/// The subcommands: everything except opening a pair.
#[derive(Clone, Copy)]
pub enum Task {
    Prepare,
    Env,
    Register,
    Unregister,
    Progress,
    Fresh,
    Clean,
}

impl Task {
    pub const ALL: [Task; 7] = [
        Task::Prepare,
        Task::Env,
        Task::Register,
        Task::Unregister,
        Task::Progress,
        Task::Fresh,
        Task::Clean,
    ];

    pub fn name(self) -> &'static str {
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

    pub fn about(self) -> &'static str {
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
            Task::Fresh => {
                "Restore the committed notebooks, all or one pair, and keep yours beside them"
            }
            Task::Clean => "Remove everything that `cargo lab` installed",
        }
    }

    /// Whether everything must be installed before it runs.
    pub fn needs_installation(self) -> bool {
        !matches!(self, Task::Progress | Task::Fresh | Task::Clean | Task::Unregister)
    }

    /// `options` are those of its own command line.
    pub fn run(self, installation: &Installation, options: &ArgMatches) -> Result<()> {
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
                let part = options.get_one::<String>(PART);
                fresh::fresh(&repository(), part.map(String::as_str), committed.as_deref())
            }
            Task::Clean => clean::clean(installation),
        }
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
