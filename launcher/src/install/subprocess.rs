//! Runs the programs that install something. Their reports stay legible, and when a program fails,
//! one line says what to do.

use std::io::{IsTerminal, Read, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// How many of the last bytes of a failed command's report to search for the cause.
const TAIL: usize = 16 * 1024;

/// Prints a separate line on stderr, even while a command reports there.
pub(crate) fn say(line: &str) {
    let mut stderr = std::io::stderr().lock();
    // Cargo's progress bar stays in the line until Cargo draws the next one.
    let clear = if stderr.is_terminal() { "\r\x1b[K" } else { "" };
    let _ = writeln!(stderr, "{clear}{line}");
}

/// Runs a command and passes its report on as it arrives. If the command fails, looks for the cause
/// in the report.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    run_and_watch(command, |_| ())
}

/// Runs a command like [`run`], and shows each piece of its report to `watch`: a line, or a state of
/// Cargo's progress bar.
pub(crate) fn run_and_watch(command: &mut Command, watch: impl Fn(&str)) -> Result<()> {
    let is_terminal = std::io::stderr().is_terminal();
    // By itself, Cargo would not draw its progress bar, because its stderr is a pipe.
    command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "80");
    if is_terminal {
        command.env("CARGO_TERM_COLOR", "always");
    }
    run_and(command, |report| {
        for piece in report.split_inclusive(|byte| [b'\n', b'\r'].contains(byte)) {
            watch(&String::from_utf8_lossy(piece));
            if is_terminal || !piece.ends_with(b"\r") {
                let _ = std::io::stderr().lock().write_all(piece);
            }
        }
    })
}

/// Runs a command in parallel with another one. Shows its report only if it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let mut all = Vec::new();
    let done = run_and(command, |report| all.extend_from_slice(report));
    if done.is_err() {
        say(String::from_utf8_lossy(&all).trim_end());
    }
    done
}

/// Runs a command and passes its report to `hand_on` in whole lines.
fn run_and(command: &mut Command, mut hand_on: impl FnMut(&[u8])) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let mut report = child.stderr.take().expect("stderr is piped");
    let (mut tail, mut begun, mut chunk) = (Vec::new(), Vec::new(), [0; 4096]);
    loop {
        let length = report.read(&mut chunk)?;
        begun.extend_from_slice(&chunk[..length]);
        // A progress bar ends with a carriage return.
        let ends = begun.iter().rposition(|byte| [b'\n', b'\r'].contains(byte));
        let whole = if length == 0 { begun.len() } else { ends.map_or(0, |end| end + 1) };
        hand_on(&begun[..whole]);
        tail.extend(begun.drain(..whole));
        tail.drain(..tail.len().saturating_sub(TAIL));
        if length == 0 {
            break;
        }
    }
    if child.wait()?.success() {
        return Ok(());
    }
    bail!("{}", remedy(&String::from_utf8_lossy(&tail), &program))
}

/// One line about a failed command: the cause, and what to do.
fn remedy(report: &str, program: &str) -> String {
    const NETWORK: [&str; 9] = [
        "Could not resolve host",
        "Couldn't resolve host",
        "Could not connect",
        "Failed to establish a new connection",
        "Temporary failure in name resolution",
        "failed to download",
        "download of",
        "Connection refused",
        "network failure",
    ];
    // Checked first, because pip also reports a failed download in this case.
    if ["CERTIFICATE_VERIFY_FAILED", "SSL certificate problem"].iter().any(|it| report.contains(it))
    {
        return "a certificate is not trusted, most likely that of a company proxy: set \
                SSL_CERT_FILE to the PEM file with the proxy's certificates, then run `cargo lab` \
                again"
            .into();
    }
    if NETWORK.iter().any(|phrase| report.contains(phrase)) {
        return "no network: connect to the Internet, then run `cargo lab` again; it resumes where \
                it stopped"
            .into();
    }
    if report.contains("linker") && report.contains("not found") {
        return "no C linker: run `sudo apt install gcc` on Debian, `xcode-select --install` on \
                macOS, or install the Visual Studio build tools on Windows; then run `cargo lab` \
                again"
            .into();
    }
    if report.contains("No space left") {
        return "the disk is full: free 3 GB, or set UDP_TUTORIAL_CACHE to a folder on another \
                disk; then run `cargo lab` again"
            .into();
    }
    format!(
        "{program} failed, see its message above: fix the cause, then run `cargo lab` again; it \
         resumes where it stopped"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use installation::child;

    #[test]
    fn the_cause_of_a_failure_is_found_in_its_report() {
        let pip = "Failed to establish a new connection: [Errno 111] Connection refused";
        assert!(remedy(pip, "pip").starts_with("no network"));
        let proxy = "certificate verify failed: [SSL: CERTIFICATE_VERIFY_FAILED] download of";
        assert!(remedy(proxy, "pip").contains("SSL_CERT_FILE"));
        let cargo = "[6] Could not resolve hostname (Could not resolve host: example.org)";
        assert!(remedy(cargo, "cargo").starts_with("no network"));
        assert!(remedy("error: linker `cc` not found", "cargo").starts_with("no C linker"));
        assert!(remedy("error: No space left on device", "pip").starts_with("the disk is full"));
        assert!(remedy("error: something else", "cargo").starts_with("cargo failed"));
    }

    #[test]
    #[cfg(unix)]
    fn a_report_is_passed_on_in_whole_lines() {
        let mut pieces = Vec::new();
        let script = "printf 'one ' >&2; sleep 0.05; printf 'line\\nbar\\rend' >&2; exit 3";
        let done = run_and(child::command("sh").args(["-c", script]), |piece| {
            pieces.push(String::from_utf8(piece.to_vec()).unwrap());
        });
        assert!(done.unwrap_err().to_string().starts_with("sh failed"));
        pieces.retain(|piece| !piece.is_empty());
        assert_eq!(pieces, ["one line\nbar\r", "end"]);
    }
}
