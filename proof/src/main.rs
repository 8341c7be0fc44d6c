//! Runs both notebooks and rewrites their outputs: `proof JUPYTER_PATH CLONE`, for `cargo lab record`.

#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use proof::learner;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [jupyter_path, clone] = &arguments[..] else {
        eprintln!("error: run `cargo lab record`, which runs this program");
        return ExitCode::FAILURE;
    };
    match learner::record(jupyter_path, clone).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
