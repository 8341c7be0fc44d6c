//! Compares what the cells have shown with the recorded outputs.

use std::net::UdpSocket;
use std::sync::LazyLock;

use anyhow::{Context, Result, ensure};
use kernel_client::transcript::Transcript;
use regex::Regex;

use crate::metadata::Needs;
use crate::notebook::CodeCell;
use crate::running_notebook::{PORT, RunningNotebook};

/// What a cell that needs IPv6 shows on a machine without it.
pub const NO_IPV6: &str = "This machine has no IPv6.\n";

/// How the one line begins that a cell for Linux shows elsewhere.
const NOT_LINUX: &str = "This is not Linux: ";

/// Whether this machine has IPv6 on its loopback interface.
pub fn has_ipv6() -> bool {
    UdpSocket::bind(("::1", 0)).is_ok()
}

/// Whether a cell reports that something it needs is missing, and nothing else. `None` if nothing is missing.
pub(crate) fn reports_missing(needs: Option<Needs>, shown: &Transcript) -> Option<bool> {
    let is_one_line = shown.stdout.lines().count() == 1;
    match needs? {
        Needs::Ipv6 => (!has_ipv6()).then_some(shown.stdout == NO_IPV6),
        Needs::Linux => (!cfg!(target_os = "linux"))
            .then_some(is_one_line && shown.stdout.starts_with(NOT_LINUX)),
    }
}

/// Compares what the cells of both sides have shown with the recorded outputs, after masking. The
/// error names each cell that differs, and shows both outputs.
pub(crate) fn compare(server: &RunningNotebook, client: &RunningNotebook) -> Result<()> {
    let differences = [differences(server)?, differences(client)?].concat();
    ensure!(differences.is_empty(), "{differences}");
    Ok(())
}

fn differences(side: &RunningNotebook) -> Result<String> {
    let mut differences = String::new();
    for (id, shown) in &side.run {
        let CodeCell { recorded, own, .. } = side.cell(id)?;
        if reports_missing(own.needs, shown) == Some(true) {
            eprintln!("{}: checked only that the cell reports what is missing", side.place(id));
            continue;
        }
        if masked(&recorded, &own.masks)? != masked(shown, &own.masks)? {
            let place = side.place(id);
            differences += &format!("{place} shows\n{shown}but the notebook records\n{recorded}");
        }
    }
    Ok(differences)
}

/// What a cell showed, with everything masked that differs from run to run: the ports that the
/// system chose for clients, the numbers of file descriptors and handles, and matches of the cell's
/// own `masks`.
pub(crate) fn masked(transcript: &Transcript, masks: &[String]) -> Result<String> {
    static PORTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u:\b)(127(?:\.\d+){3}):(\d{2,5})(?-u:\b)").expect("the pattern is valid")
    });
    static HANDLES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(?:fd|socket): \d+").expect("the pattern is valid"));
    let text = transcript.to_string();
    let text = PORTS.replace_all(&text, |found: &regex::Captures| match &found[2] {
        port if port == PORT.to_string() => found[0].to_string(),
        _ => format!("{}:<port>", &found[1]),
    });
    let mut text = HANDLES.replace_all(&text, "fd: <fd>").into_owned();
    for mask in masks {
        let mask = Regex::new(mask).with_context(|| format!("the mask {mask:?}"))?;
        text = mask.replace_all(&text, "<masked>").into_owned();
    }
    Ok(text)
}
