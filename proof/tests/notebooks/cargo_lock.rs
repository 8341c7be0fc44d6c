//! The crates that the kernels compile: those of this clone's Cargo.lock, on every kind of machine.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use launcher::install::seed;
use launcher::tutorial::repository;
use proof::kernel_client::Kernel;

use crate::common;

/// A proxy that nobody is behind.
const NOBODY: &str = "http://127.0.0.1:9";

/// The names and versions in a Cargo.lock.
fn crates(lock: &Path) -> HashSet<String> {
    let text = fs::read_to_string(lock).unwrap();
    let packages = text.split("[[package]]").skip(1);
    packages.map(|package| package.lines().skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

/// Lets a kernel without a network use the helper crate, and looks at what it has compiled.
async fn takes_what_is_locked(jupyter_path: &Path, environment: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = environment.to_vec();
    environment.extend([("EVCXR_TMPDIR", folder.path().to_str().unwrap())]);
    environment.extend([("HTTPS_PROXY", NOBODY), ("CARGO_HTTP_PROXY", NOBODY)]);
    let notebooks = repository().join("notebooks");
    let mut kernel = Kernel::start(jupyter_path, &notebooks, &environment).await.unwrap();
    let cell =
        ":dep udp_tutorial = { path = \"..\" }\nprintln!(\"{}\", udp_tutorial::message::reply(1));";
    let shown = kernel.run(cell).await.unwrap();
    assert_eq!(shown.stdout, "Server accessed.(1)\n", "{shown}");
    kernel.shut_down().await.unwrap();
    let (compiled, locked) =
        (crates(&folder.path().join("Cargo.lock")), crates(&repository().join("Cargo.lock")));
    let more: Vec<&String> = compiled.difference(&locked).collect();
    assert_eq!(more, ["name = \"ctx\" version = \"1.0.0\""], "other versions than the locked ones");
    assert!(compiled.iter().any(|name| name.contains("\"plotters\"")), "{compiled:?}");
}

#[tokio::test]
async fn a_warm_kernel_takes_the_locked_versions_without_a_network() {
    takes_what_is_locked(&common::prepared().jupyter_path(), &[]).await;
}

/// As on Windows: the kernel as it installs itself, with the home of Cargo that the set-up makes there.
#[tokio::test]
async fn a_kernel_that_nothing_warms_takes_the_locked_versions_without_a_network() {
    let (stock, folder) = (common::stock_kernel(), tempfile::tempdir().unwrap());
    seed::download(&repository(), folder.path()).unwrap();
    seed::vendor(folder.path()).unwrap();
    let home = seed::cargo_home(folder.path());
    takes_what_is_locked(stock.path(), &[("CARGO_HOME", home.to_str().unwrap())]).await;
}
