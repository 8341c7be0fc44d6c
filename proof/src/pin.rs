//! `cargo proof pin`: the digests against which the launcher checks the kernel's release.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use installation::child;
use installation::folder::KERNEL_VERSION;
use installation::tutorial::repository;

/// The launcher's file with the archives' digests and names.
const PINS: &str = "launcher/src/install/evcxr_release.sha256";

const RELEASES: &str = "https://github.com/evcxr/evcxr/releases/download";

/// Fetches each address in the arguments, and prints its digest.
const HASH: &str = "\
import hashlib, sys, urllib.request
for address in sys.argv[1:]:
    with urllib.request.urlopen(address, timeout=60) as reply:
        print(hashlib.sha256(reply.read()).hexdigest())
";

/// Fetches all archives, and writes their digests into the clone.
pub fn write() -> Result<()> {
    write_into(&repository().join(PINS), RELEASES)
}

fn write_into(file: &Path, releases: &str) -> Result<()> {
    let pins = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let names: Vec<&str> = pins.lines().filter_map(|line| Some(line.split_once("  ")?.1)).collect();
    let addresses = names.iter().map(|name| format!("{releases}/v{KERNEL_VERSION}/{name}"));
    let mut hash = child::command("python3");
    let output = hash.args(["-c", HASH]).args(addresses).output().context("cannot run python3")?;
    let report = String::from_utf8_lossy(&output.stderr);
    let last = report.lines().last().unwrap_or_default();
    ensure!(
        output.status.success(),
        "cannot fetch the release, so the pins stay unchanged: {last}"
    );
    let digests = String::from_utf8(output.stdout)?;
    let lines = names.iter().zip(digests.lines());
    let text: String = lines.map(|(name, digest)| format!("{digest}  {name}\n")).collect();
    fs::write(file, text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    #[test]
    fn either_all_digests_are_written_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pins");
        let before = "-  one.tar.gz\n-  two.zip\n";
        fs::write(&file, before).unwrap();
        let error = write_into(&file, "http://127.0.0.1:9").unwrap_err().to_string();
        assert!(error.starts_with("cannot fetch the release"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), before);

        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let releases = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut connection in listener.incoming().map_while(Result::ok) {
                let lines = BufReader::new(connection.try_clone().unwrap()).lines();
                lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
                write!(connection, "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc").unwrap();
            }
        });
        write_into(&file, &releases).unwrap();
        // FIPS 180-2, appendix B.1.
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let expected = format!("{digest}  one.tar.gz\n{digest}  two.zip\n");
        assert_eq!(fs::read_to_string(&file).unwrap(), expected);
    }
}
