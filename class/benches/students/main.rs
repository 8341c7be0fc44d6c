//! `cargo proof bench class`: what a class costs.

#[cfg(target_os = "linux")]
mod measure;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    // Cargo passes `--bench`; `cargo test --all-targets` runs benchmarks without it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    measure::write(&harness::report::machine())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("The benchmark of a class runs only on Linux.");
}
