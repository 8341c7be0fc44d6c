//! Tests that run in a network namespace of their own.

use crate::common;

use std::process::Command;

/// Tells this test, run again, that it is in the namespace.
const INSIDE: &str = "UDP_TUTORIAL_NAMESPACE";

/// Runs the test `name` of this program again in a new network namespace that `prepare` has changed,
/// a few lines for a shell. Returns whether this is that run already.
pub fn is_inside(name: &str, prepare: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    common::prepared(); // it may want the network
    let run =
        format!("set -e\n{prepare}\nexec \"$0\" --exact {name} --include-ignored --nocapture");
    let status = Command::new("unshare")
        .args(["--net", "sh", "-c", &run])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1")
        .status()
        .expect("unshare is missing");
    assert!(status.success(), "see above; it needs root's rights");
    false
}
