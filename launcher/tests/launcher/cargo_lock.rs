//! The kernels compile the versions in this clone's Cargo.lock, on every kind of machine.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use installation::tutorial::repository;
use kernel_client::kernel::Kernel;
use launcher::install::seed;

use crate::common;

/// A proxy address where nothing listens.
const NOBODY: &str = "http://127.0.0.1:9";

/// The names and versions in a Cargo.lock.
fn crates(lock: &Path) -> HashSet<String> {
    let text = fs::read_to_string(lock).unwrap();
    let packages = text.split("[[package]]").skip(1);
    packages.map(|package| package.lines().skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

/// The notebooks' crates: name, path, a dependency, and a notebook that imports the crate.
const CRATES: [(&str, &str, &str, &str); 2] = [
    ("udp_tutorial", "..", "anyhow", "server.ipynb"),
    ("udp_labs", "../labs", "plotters", "many-server.ipynb"),
];

/// Uses the crates in kernels without a network, and checks what the kernels compiled.
async fn take_what_is_locked(jupyter_path: &Path, environment: &[(&str, &str)]) {
    for (name, path, needs, notebook) in CRATES {
        takes_what_is_locked(jupyter_path, environment, name, path, needs, notebook).await;
    }
}

async fn takes_what_is_locked(
    jupyter_path: &Path,
    environment: &[(&str, &str)],
    name: &str,
    path: &str,
    needs: &str,
    notebook: &str,
) {
    let folder = tempfile::tempdir().unwrap();
    let notebook = repository().join("notebooks").join(notebook);
    let mut environment = environment.to_vec();
    environment.extend([("EVCXR_TMPDIR", folder.path().to_str().unwrap())]);
    environment.extend([("HTTPS_PROXY", NOBODY), ("CARGO_HTTP_PROXY", NOBODY)]);
    environment.extend([("JPY_SESSION_NAME", notebook.to_str().unwrap())]);
    let notebooks = repository().join("notebooks");
    let mut kernel = Kernel::start(jupyter_path, &notebooks, &environment).await.unwrap();
    let cell = format!(
        ":dep {name} = {{ path = \"{path}\" }}\nprintln!(\"{{}}\", {name}::message::reply(1));"
    );
    let shown = kernel.run(&cell).await.unwrap();
    assert_eq!(shown.stdout, "Server accessed.(1)\n", "{shown}");
    kernel.shut_down().await.unwrap();
    let (compiled, locked) =
        (crates(&folder.path().join("Cargo.lock")), crates(&repository().join("Cargo.lock")));
    let more: Vec<&String> = compiled.difference(&locked).collect();
    assert_eq!(more, ["name = \"ctx\" version = \"1.0.0\""], "versions that are not locked");
    assert!(compiled.iter().any(|name| name.contains(&format!("\"{needs}\""))), "{compiled:?}");
}

#[tokio::test]
async fn a_warm_kernel_uses_the_locked_versions_without_a_network() {
    take_what_is_locked(&common::prepared().jupyter_path(), &[]).await;
}

/// As on Windows: the stock kernelspec, with the Cargo home that the set-up makes there.
#[tokio::test]
async fn a_cold_kernel_uses_the_locked_versions_without_a_network() {
    let [stock, folder] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    common::prepared().install_stock_kernelspec(stock.path()).unwrap();
    seed::download(&repository(), "udp_labs", folder.path()).unwrap();
    seed::vendor(folder.path()).unwrap();
    let home = seed::cargo_home(folder.path());
    take_what_is_locked(stock.path(), &[("CARGO_HOME", home.to_str().unwrap())]).await;
}
