//! What each crate that the notebooks import costs a kernel: memory, and time to compile.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use harness::report::{Table, median};
use installation::folder::Installation;
use installation::tutorial::repository;
use kernel_client::kernel::Kernel;

use crate::contenders;
use crate::used::processor_time;

/// What the labs' crate needs each dependency for, and why nothing simpler will do.
const PURPOSES: [(&str, &str); 6] = [
    ("anyhow", "one-line errors in a cell; the kernel's own `?` displays them"),
    ("fastrand", "random numbers that may be predictable: losses, jitter"),
    ("getrandom", "unpredictable random numbers: ids of questions"),
    ("plotters", "the figures; drawing an axis by hand takes more code than all the labs"),
    ("socket2", "options that std lacks: buffer sizes, sharing a port, groups by interface"),
    ("udp_tutorial", "what the article's notebooks import"),
];

/// Kernels measured per crate.
const RUNS: usize = 3;

/// Measures each crate, and writes `measured/crates.md`.
pub async fn write(installation: &Installation, machine: &str) -> Result<()> {
    let head = ["processor time to compile [s]", "added peak memory of a kernel [MB]"];
    let mut table = Table::new("crate", head.into_iter().chain(["purpose"]));
    let before = memory_with(installation, None).await?;
    for (name, line) in dependencies()? {
        eprintln!("{name}");
        let purpose = PURPOSES
            .iter()
            .find(|(own, _)| *own == name)
            .context("a dependency has no entry in PURPOSES")?
            .1;
        let more = memory_with(installation, Some(&line)).await? - before;
        let cells = [format!("{:.1}", compile(&line)?), format!("{more:.0}"), purpose.to_string()];
        table.row(&name, cells);
    }
    let all = ("udp_labs", format!("udp_labs = {{ path = {:?} }}", repository().join("labs")));
    let more = memory_with(installation, Some(&all.1)).await? - before;
    let cells =
        [format!("{:.1}", compile(&all.1)?), format!("{more:.0}"), "everything above".into()];
    table.row(all.0, cells);
    let report = format!(
        "# What the notebooks' crates cost\n\n\
         Written by `cargo proof bench crates`, medians of {RUNS} kernels. {machine}\n\n{table}\n\n\
         A kernel warmed for the article, with `udp_tutorial` loaded, peaks at {before:.0} MB. Each row is a \
         separate kernel that has loaded that crate, with the features of `labs/Cargo.toml`, and everything it \
         depends on. Shared dependencies count in every row. The set-up compiles all of them once, and kernels \
         start with a copy.\n"
    );
    fs::write(repository().join("measured/crates.md"), &report)?;
    println!("{report}");
    Ok(())
}

/// The dependencies of the labs' crate, with their lines in its manifest.
fn dependencies() -> Result<Vec<(String, String)>> {
    let manifest = fs::read_to_string(repository().join("labs/Cargo.toml"))?;
    let (_, rest) =
        manifest.split_once("[dependencies]\n").context("labs/Cargo.toml has no [dependencies]")?;
    let lines = rest.lines().take_while(|line| !line.is_empty());
    let path = format!("path = {:?}", repository());
    let named = lines.map(|line| {
        let (name, _) = line
            .split_once(" = ")
            .context("a line of [dependencies] in labs/Cargo.toml names no crate")?;
        Ok((name.to_string(), line.replace("path = \"..\"", &path)))
    });
    named.collect()
}

/// The median peak memory of [`RUNS`] kernels that have loaded a crate, in MB.
async fn memory_with(installation: &Installation, dependency: Option<&str>) -> Result<f64> {
    let mut peaks = Vec::new();
    for _ in 0..RUNS {
        peaks.push(peak_with(installation, dependency).await?);
    }
    Ok(median(peaks))
}

async fn peak_with(installation: &Installation, dependency: Option<&str>) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let own = [(
        "EVCXR_TMPDIR",
        folder.path().to_str().context("the path of the temporary folder is not UTF-8")?,
    )];
    let notebooks = repository().join("notebooks");
    let mut kernel = Kernel::start(&installation.jupyter_path(), &notebooks, &own).await?;
    kernel.run("let warm = std::time::Instant::now();").await?;
    let line = dependency.map(|line| format!(":dep {line}\n")).unwrap_or_default();
    let shown = kernel.run(&format!("{line}let loaded = warm.elapsed();")).await?;
    ensure!(!shown.has_failed(), "{line}: {shown}");
    // To infer this variable's type, the kernel's analyser loads all crates.
    kernel.run("let text = format!(\"{:?}\", warm.elapsed());").await?;
    let process = kernel.process().context("the kernel has no process on this machine")?;
    let memory = contenders::memory(process, "VmHWM").context("only Linux reports VmHWM")?;
    kernel.shut_down().await?;
    Ok(memory)
}

/// Processor time to compile a crate and its dependencies as a kernel does, in seconds.
fn compile(dependency: &str) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let manifest = format!(
        "[package]\nname = \"ctx\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{dependency}\n"
    );
    fs::write(folder.path().join("Cargo.toml"), manifest)?;
    fs::create_dir(folder.path().join("src"))?;
    fs::write(folder.path().join("src/lib.rs"), "")?;
    fs::copy(repository().join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let cargo = |task: &str| -> Result<()> {
        let mut cargo = Command::new("cargo");
        cargo.args([task, "--quiet"]).current_dir(folder.path()).env_remove("CARGO_TARGET_DIR");
        ensure!(cargo.stdin(Stdio::null()).status()?.success(), "cargo {task}: {dependency}");
        Ok(())
    };
    cargo("fetch")?;
    let before = processor_time()?;
    cargo("build")?;
    Ok(processor_time()? - before)
}
