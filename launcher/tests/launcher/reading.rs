//! The page to read while the kernel is compiled.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::common;
use crate::machine::Machine;

/// A machine on which Cargo compiles a kernel until the file `go` in the machine's folder says whether
/// to succeed.
fn machine() -> Machine {
    let machine = Machine::installed("");
    let kernels = machine.cache().join("evcxr_jupyter-0.22.0");
    fs::remove_file(&kernels).unwrap();
    let go = machine.folder.path().join("go");
    let cargo = format!(
        "printf '    Building [=>    ] 12/345: serde\\r' >&2\n\
         until [ -e '{0}' ]; do /bin/sleep 0.05; done\n\
         read answer < '{0}'; [ $answer = yes ] || exit 1\n\
         /bin/mkdir -p '{1}/bin'; /bin/ln '{2}' '{1}/bin/' || /bin/cp '{2}' '{1}/bin/'",
        go.display(),
        kernels.display(),
        common::prepared().kernel().display()
    );
    machine.with("rustc").with_python().with_script("cargo", &cargo)
}

/// A launcher that compiles the kernel, and the page to read that it named.
struct Compiling {
    lab: Child,
    report: PathBuf,
    page: PathBuf,
}

impl Compiling {
    fn start(machine: &Machine, arguments: &[&str]) -> Compiling {
        let report = machine.folder.path().join("report");
        let mut lab = machine.lab("--new");
        lab.args(["--no-browser", "--compile"]).args(arguments).process_group(0);
        lab.stdout(Stdio::piped()).stderr(File::create(&report).unwrap());
        let mut lab = lab.spawn().unwrap();
        let mut page = None;
        common::wait_until(|| {
            let said = fs::read_to_string(&report).unwrap();
            assert!(lab.try_wait().unwrap().is_none(), "the launcher ended: {said}");
            let mut lines = said.lines().filter(|_| said.ends_with('\n'));
            let named =
                lines.find_map(|line| line.strip_prefix("Meanwhile, you can read the notebooks: "));
            page = named.map(PathBuf::from);
            page.is_some()
        });
        Compiling { lab, report, page: page.unwrap() }
    }

    fn folder(&self) -> &Path {
        self.page.parent().unwrap()
    }

    fn until_page_learns(&self, text: &str) {
        let state = self.folder().join("state.js");
        common::wait_until(|| fs::read_to_string(&state).is_ok_and(|state| state.contains(text)));
    }

    fn interrupt(&self) {
        killpg(Pid::from_raw(self.lab.id() as i32), Signal::SIGINT).unwrap();
    }
}

impl Drop for Compiling {
    /// If a test fails, its launcher would otherwise wait for the kernel for ever.
    fn drop(&mut self) {
        if let Ok(None) = self.lab.try_wait() {
            let _ = killpg(Pid::from_raw(self.lab.id() as i32), Signal::SIGKILL);
            let _ = self.lab.wait();
        }
    }
}

#[test]
fn while_the_kernel_is_compiled_there_is_a_page_to_read() {
    let machine = machine();
    let mut compiling = Compiling::start(&machine, &[]);
    let page = fs::read_to_string(&compiling.page).unwrap();
    for text in ["UDP, hands on: the server", "UDP, hands on: the client", "state.js"] {
        assert!(page.contains(text), "{text} is missing");
    }
    compiling.until_page_learns(r#""done":12"#);
    fs::write(machine.folder.path().join("go"), "yes\n").unwrap();
    compiling.until_page_learns("/lab/workspaces/udp?token=");
    compiling.interrupt();
    assert!(compiling.lab.wait().unwrap().success());
    assert!(!compiling.folder().exists());
    let said = fs::read_to_string(&compiling.report).unwrap();
    assert!(!said.contains("Building"), "only a terminal shows Cargo's bar: {said}");
}

#[test]
fn the_page_of_a_translation_is_in_its_language() {
    let mut compiling = Compiling::start(&machine(), &["--language", "ja"]);
    let page = fs::read_to_string(&compiling.page).unwrap();
    for text in ["lang=\"ja\"", "Rustカーネルをコンパイルしています", "セルprogramへのリンク"]
    {
        assert!(page.contains(text), "{text} is missing");
    }
    for text in ["being compiled", "Copy", "UDP, hands on"] {
        assert!(!page.contains(text), "{text} is in English");
    }
    compiling.interrupt();
    assert_eq!(compiling.lab.wait().unwrap().code(), Some(130));
}

#[test]
fn an_interrupted_or_failed_compilation_leaves_no_page_behind() {
    let machine = machine();
    let mut compiling = Compiling::start(&machine, &[]);
    compiling.interrupt();
    assert_eq!(compiling.lab.wait().unwrap().code(), Some(130));
    assert!(!compiling.folder().exists());

    let mut compiling = Compiling::start(&machine, &[]);
    fs::write(machine.folder.path().join("go"), "no\n").unwrap();
    assert_eq!(compiling.lab.wait().unwrap().code(), Some(1));
    assert!(!compiling.folder().exists());
}
