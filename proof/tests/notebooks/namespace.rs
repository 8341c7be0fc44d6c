//! Runs a test in its own network namespace.

use crate::common;

use std::process::Command;

/// Tells the second run of the test that it is inside the namespace.
const INSIDE: &str = "UDP_TUTORIAL_NAMESPACE";

/// Runs the test `name` of this program again, in a new network namespace that the shell commands
/// in `prepare` have set up. Returns whether this already is that second run.
pub fn is_inside(name: &str, prepare: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    common::prepared(); // outside, since it may need the network
    let run =
        format!("set -e\n{prepare}\nexec \"$0\" --exact {name} --include-ignored --nocapture");
    let status = Command::new("unshare")
        .args(["--net", "sh", "-c", &run])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1")
        .status()
        .expect("cannot run unshare");
    assert!(status.success(), "the test failed in the namespace, see above; it needs root");
    false
}
