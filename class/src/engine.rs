//! The container engine, podman instead of docker, and the image.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use harness::lab::prepared;
use installation::folder::KERNEL_VERSION;
use installation::tutorial::repository;

pub(crate) const IMAGE: &str = "localhost/udp-hands-on-test";

/// podman's settings. Its default runtime, crun, needs a version of control groups that some
/// machines lack, and other machines do not allow a container limits as high as root's.
pub(crate) const SETTINGS: &str = "[containers]\n\
    default_ulimits = [\"nofile=4096:4096\", \"nproc=4096:4096\"]\n\
    [engine]\nruntime = \"runc\"\n";

/// podman with those settings, in `folder`.
pub(crate) fn podman(folder: &Path) -> Command {
    let mut podman = Command::new("podman");
    podman.env("CONTAINERS_CONF", folder.join("containers.conf"));
    // When a container runs out of memory, an empty file appears in podman's working directory.
    podman.current_dir(folder);
    podman
}

/// Builds the image with this machine's kernel, since compiling one takes minutes.
pub(crate) fn build_image(folder: &Path) {
    let installation = prepared();
    let root = folder.join("kernel");
    fs::create_dir_all(root.join("bin")).unwrap();
    fs::copy(installation.kernel(), root.join("bin/evcxr_jupyter")).unwrap();
    let name = format!("evcxr_jupyter {} (registry)", KERNEL_VERSION);
    let record = serde_json::json!({ "installs": { name: { "profile": "release" } } });
    fs::write(root.join(".crates2.json"), record.to_string()).unwrap();
    let mut build = Command::new(repository().join("class/tests/image/build"));
    build.env("CONTAINERS_CONF", folder.join("containers.conf"));
    let built = build.arg(&root).arg(IMAGE).stdout(Stdio::null()).status().unwrap();
    assert!(built.success(), "cannot build the image, see above");
}

/// An address of this machine that its containers can reach.
pub(crate) fn own_address() -> Ipv4Addr {
    let mut show = Command::new("ip");
    let shown = text(show.args(["-4", "-oneline", "address", "show", "scope", "global"]).output());
    let address = |line: &str| line.split_whitespace().nth(3)?.split('/').next()?.parse().ok();
    let usual = shown.lines().filter(|line| !line.contains("podman") && !line.contains("docker"));
    usual.filter_map(address).next().expect("this machine has no address outside loopback")
}

/// A command's stderr and stdout, whether it succeeds or not.
pub(crate) fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    [output.stderr, output.stdout].map(|said| String::from_utf8_lossy(&said).into_owned()).concat()
}

pub(crate) fn text(output: std::io::Result<Output>) -> String {
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_string()
}
