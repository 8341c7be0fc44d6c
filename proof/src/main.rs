//! What `cargo lab` asks of this package:
//!
//! - `proof record JUPYTER_PATH CLONE` runs both notebooks and rewrites their outputs;
//! - `proof merge CLONE FILE` writes both as one notebook, for the page.

#![forbid(unsafe_code)]

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use proof::{learner, page};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    let done = match arguments[..] {
        [task, jupyter_path, clone] if task == "record" => {
            learner::record(Path::new(jupyter_path), Path::new(clone)).await
        }
        [task, clone, file] if task == "merge" => merge(Path::new(clone), Path::new(file)),
        _ => Err(anyhow!("run `cargo lab record` or `cargo lab page`, which run this program")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn merge(clone: &Path, file: &Path) -> Result<()> {
    Ok(std::fs::write(file, page::merged(clone)?.to_string())?)
}
