//! The kernel's binary from the release that its own project publishes on GitHub.
//!
//! curl, or else Python, downloads the archive over HTTPS. The launcher unpacks the binary and
//! starts it once, to see whether it runs here: it is linked with a newer C library than some
//! machines have.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use installation::child;
use installation::folder::{Installation, KERNEL_VERSION};

use super::step::remove;
use super::subprocess::say;
use super::tools;

/// The default source of the releases.
pub const RELEASES: &str = "https://github.com/evcxr/evcxr/releases/download";

/// The environment variable that names another source of the same files: an `https` address, or an
/// `http` address on 127.0.0.1.
pub const RELEASES_VARIABLE: &str = "UDP_TUTORIAL_RELEASES";

/// How long the next [`PROGRESS`] bytes may take to arrive, and the kernel to answer.
const PATIENCE: Duration = Duration::from_secs(8);
const PROGRESS: u64 = 64 * 1024;

/// Downloads one address into a file, unless a redirect changes the scheme; see [`address`].
const FETCH: &str = "\
import shutil, sys, urllib.request
address, path, scheme = sys.argv[1:]
with urllib.request.urlopen(address, timeout=60) as reply, open(path, 'wb') as file:
    if not reply.url.startswith(scheme):
        sys.exit('it redirects to ' + reply.url)
    shutil.copyfileobj(reply, file)
";

/// Checks an archive's digest, if one is known, and extracts one member. Writes no other file.
const UNPACK: &str = "\
import hashlib, shutil, sys, tarfile, zipfile
archive, member, path, *expected = sys.argv[1:]
with open(archive, 'rb') as file:
    digest = hashlib.sha256(file.read()).hexdigest()
if expected and digest != expected[0]:
    sys.exit(f'its SHA-256 is {digest}, not {expected[0]}')
if zipfile.is_zipfile(archive):
    source = zipfile.ZipFile(archive).open(member)
else:
    source = tarfile.open(archive).extractfile(member)
with open(path, 'wb') as file:
    shutil.copyfileobj(source, file)
";

/// The digests of the release's archives in sha256sum's format, written by `cargo proof pin`. A
/// dash stands for a digest that is not pinned yet.
const PINS: &str = include_str!("evcxr_release.sha256");

/// This machine's target and its archive's extension, if the release has a binary for the target.
const TARGET: Option<(&str, &str)> =
    if cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")) {
        Some(("x86_64-unknown-linux-gnu", "tar.gz"))
    } else if cfg!(all(target_arch = "aarch64", target_os = "macos")) {
        Some(("aarch64-apple-darwin", "tar.gz"))
    } else if cfg!(all(target_arch = "x86_64", target_os = "windows", target_env = "msvc")) {
        Some(("x86_64-pc-windows-msvc", "zip"))
    } else {
        None
    };

/// Downloads, checks, unpacks and tries the release's binary. Returns its path in the cache folder,
/// or the reason why it cannot be used.
pub(crate) fn fetch(installation: &Installation) -> Result<PathBuf> {
    let (target, ending) = TARGET.context("there is none for this kind of machine")?;
    let name = format!("evcxr_jupyter-v{KERNEL_VERSION}-{target}");
    let address = address(&format!("{name}.{ending}"))?;
    let folder = installation.download();
    remove(&folder)?;
    fs::create_dir_all(&folder)?;
    let digest = digest(&address, &format!("{name}.{ending}"), &folder)?;
    let archive = folder.join("archive");
    download(&address, &archive)?;
    let program = format!("evcxr_jupyter{}", std::env::consts::EXE_SUFFIX);
    let kernel = folder.join(&program);
    let mut unpack = child::command(tools::python()?);
    unpack.args(["-c", UNPACK]).arg(&archive).arg(format!("{name}/{program}")).arg(&kernel);
    unpack.args(&digest);
    finish(unpack, &folder, "the archive cannot be used", |started| started.elapsed() < PATIENCE)?;
    #[cfg(unix)]
    fs::set_permissions(&kernel, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    answers(&kernel, &folder.join("tried"))?;
    if digest.is_none() {
        say("No digest is pinned for this binary: trusting it because it came from github.com.");
    }
    Ok(kernel)
}

/// The source of the releases' files.
fn place() -> String {
    std::env::var(RELEASES_VARIABLE).unwrap_or_else(|_| RELEASES.into())
}

/// The SHA-256 that the archive `name` must have: the pinned one or, for another source, the one in
/// the file beside the archive.
fn digest(address: &str, name: &str, folder: &Path) -> Result<Option<String>> {
    if place() == RELEASES {
        return Ok(pinned(PINS, name));
    }
    let file = folder.join("digest");
    download(&format!("{address}.sha256"), &file).context("its digest is missing")?;
    let text = fs::read_to_string(&file)?;
    let digest = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    ensure!(is_digest(&digest), "{address}.sha256 does not begin with a SHA-256 digest");
    Ok(Some(digest))
}

fn pinned(pins: &str, name: &str) -> Option<String> {
    let lines = pins.lines().filter_map(|line| line.split_once("  "));
    let mut digests = lines.filter(|(_, own)| *own == name).map(|(digest, _)| digest);
    digests.find(|digest| is_digest(digest)).map(String::from)
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The address of a file in the release.
fn address(file: &str) -> Result<String> {
    let place = place();
    ensure!(
        scheme(&place) == "https://" || place.starts_with("http://127.0.0.1:"),
        "{RELEASES_VARIABLE} is {place}, which is not an https address"
    );
    Ok(format!("{}/v{KERNEL_VERSION}/{file}", place.trim_end_matches('/')))
}

fn scheme(address: &str) -> &str {
    address.find("://").map_or("", |end| &address[..end + 3])
}

/// Downloads a file. Gives up when the file stops growing.
fn download(address: &str, path: &Path) -> Result<()> {
    let command = match tools::find("curl") {
        Some(curl) => {
            let mut command = child::command(curl);
            command.args(["--fail", "--location", "--silent", "--show-error"]);
            // A redirect must keep the scheme, so https stays https.
            command.args(["--proto", &format!("={}", scheme(address).trim_end_matches("://"))]);
            command.arg("--output").arg(path).arg(address);
            command
        }
        None => {
            let mut command = child::command(tools::python()?);
            command.args(["-c", FETCH, address]).arg(path).arg(scheme(address));
            command
        }
    };
    let (mut since, mut size) = (Instant::now(), 0);
    let folder = path.parent().expect("the file is in a folder");
    finish(command, folder, "the download failed", |_| {
        let now = fs::metadata(path).map_or(0, |file| file.len());
        if now >= size + PROGRESS {
            (since, size) = (Instant::now(), now);
        }
        since.elapsed() < PATIENCE
    })
}

/// Starts a kernel once. It registers itself in `folder`, a new one, and exits.
pub(crate) fn answers(kernel: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut command = child::command(kernel);
    command.arg("--install").env("JUPYTER_PATH", folder);
    finish(command, folder, "it does not run here", |started| started.elapsed() < PATIENCE)?;
    let kernelspec = folder.join("kernels/rust/kernel.json");
    ensure!(kernelspec.exists(), "it does not behave like the kernel");
    Ok(())
}

/// Runs a command to its end, or kills it when `goes_on` returns false. Its report goes to a file
/// in `folder`.
fn finish(
    mut command: Command,
    folder: &Path,
    failed: &str,
    mut goes_on: impl FnMut(Instant) -> bool,
) -> Result<()> {
    let report = folder.join("report");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&report)?);
    let started = Instant::now();
    let mut child = Bounded(command.spawn().with_context(|| failed.to_string())?);
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        ensure!(goes_on(started), "{failed}: nothing happened for {} seconds", PATIENCE.as_secs());
        thread::sleep(Duration::from_millis(20));
    };
    if !status.success() {
        let report = fs::read(&report)?;
        let report = String::from_utf8_lossy(&report);
        let last = report.lines().rfind(|line| !line.trim().is_empty());
        bail!("{failed}: {}", last.map_or(status.to_string(), |line| line.trim().to_string()));
    }
    Ok(())
}

/// A child process that is killed when this is dropped.
struct Bounded(Child);

impl Drop for Bounded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_in_the_pins_is_not_a_digest() {
        let digest = "0123456789abcdef".repeat(4);
        let pins = format!("{digest}  one.tar.gz\n-  two.tar.gz\n");
        assert_eq!(pinned(&pins, "one.tar.gz"), Some(digest));
        assert_eq!(pinned(&pins, "two.tar.gz"), None);
        assert_eq!(pinned(&pins, "three.zip"), None);
        if let Some((target, ending)) = TARGET {
            let name = format!("  evcxr_jupyter-v{KERNEL_VERSION}-{target}.{ending}\n");
            assert!(PINS.contains(&name), "{name} is not among the pins");
        }
    }

    #[test]
    fn the_kernel_is_extracted_from_both_kinds_of_archive() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("release")).unwrap();
        fs::write(folder.path().join("release/kernel"), "the kernel").unwrap();
        for kind in ["zipfile", "tarfile"] {
            let python = |arguments: &[&str]| {
                let mut python = child::command(tools::python().unwrap());
                assert!(
                    python.args(arguments).current_dir(folder.path()).status().unwrap().success()
                );
            };
            let taken = format!("taken-from-{kind}");
            python(&["-m", kind, "-c", "archive", "release"]);
            python(&["-c", UNPACK, "archive", "release/kernel", &taken]);
            let text = fs::read_to_string(folder.path().join(taken)).unwrap();
            assert_eq!(text, "the kernel", "{kind}");
        }
    }
}
