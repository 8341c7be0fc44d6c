//! What it costs to compile the kernel as `cargo lab` does, and how long a learner waits for that
//! kernel, compared with a kernel from `cargo install`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, ensure};
use harness::port::free_port;
use installation::folder::KERNEL_VERSION;
use installation::tutorial::repository;

use crate::contenders;
use crate::first_cells;
use crate::used::processor_time;
use harness::report::Table;

/// Runs of the measurement of the waiting times.
const RUNS: usize = 5;

const AS_INSTALLED: &str = "`cargo install`";
const OURS: &str = "`cargo lab`";

/// Compiles both and writes `measured/kernel.md`.
pub async fn write(machine: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let profile = repository().join("launcher/src/install/kernel_profile.toml");
    let mut table = Table::new("", [AS_INSTALLED, OURS, "ratio"]);
    let as_installed = compile(&folder.path().join("as-installed"), None)?;
    let ours = compile(&folder.path().join("ours"), Some(&profile))?;
    for (index, row) in
        ["processor time [s]", "elapsed time [s]", "size [MB]"].into_iter().enumerate()
    {
        let [theirs, ours] = [as_installed[index], ours[index]];
        let cells = [format!("{theirs:.0}"), format!("{ours:.0}"), format!("{:.2}", ours / theirs)];
        table.row(row, cells);
    }
    let port = free_port();
    let kernel = |name: &str| folder.path().join(name).join("bin/evcxr_jupyter");
    let compared = [
        contenders::stock(AS_INSTALLED, &kernel("as-installed"), port)?,
        contenders::stock(OURS, &kernel("ours"), port)?,
    ];
    let waiting = first_cells::table(&compared, RUNS).await?;
    let report = format!(
        "# Compiling the kernel faster\n\n\
         Written by `cargo proof bench kernel`. {machine}\n\n\
         ## Compiling evcxr_jupyter {KERNEL_VERSION}\n\n{table}\n\n\
         `launcher/src/install/kernel_profile.toml` lists what is compiled without optimisation. Both were \
         compiled once, one after the other, with all dependencies already downloaded.\n\n\
         ## Waiting for it\n\n{waiting}\n\n\
         Medians of {RUNS} alternating runs. Both kernels start cold, without the warm-up of `cargo lab`.\n"
    );
    fs::write(repository().join("measured/kernel.md"), &report)?;
    println!("{report}");
    Ok(())
}

/// Compiles the kernel into `root`. Returns processor seconds, elapsed seconds, and its size in MB.
fn compile(root: &Path, profile: Option<&Path>) -> Result<[f64; 3]> {
    let wanted = format!("evcxr_jupyter@{KERNEL_VERSION}");
    let build = root.join("build");
    let (before, clock) = (processor_time()?, Instant::now());
    let mut cargo = Command::new("cargo");
    cargo.args(["install", "--locked", "--quiet", &wanted, "--root"]).arg(root);
    cargo.arg("--target-dir").arg(&build).current_dir(std::env::temp_dir());
    cargo.env_remove("CARGO_TARGET_DIR").env_remove("RUSTFLAGS").stdin(Stdio::null());
    cargo.args(profile.iter().flat_map(|file| ["--config".as_ref(), file.as_os_str()]));
    ensure!(cargo.status()?.success(), "cannot compile the kernel");
    let (time, cores) = (clock.elapsed().as_secs_f64(), processor_time()? - before);
    fs::remove_dir_all(build)?;
    let size = fs::metadata(root.join("bin/evcxr_jupyter"))?.len() as f64 / 1e6;
    Ok([cores, time, size])
}
