//! Where the Rust kernel comes from: already installed, the release's binary, or compiled. A test
//! server on 127.0.0.1 stands in for the release's server.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))] // the release has a binary for it

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use launcher::install::evcxr_release::RELEASES_VARIABLE;

use crate::machine::Machine;

/// What the release calls its binary for this machine.
const NAME: &str = "evcxr_jupyter-v0.22.0-x86_64-unknown-linux-gnu";

/// A stand-in for the kernel that only registers itself, which is all that the set-up needs here.
/// Its second line is `what`.
fn kernel(what: &str) -> String {
    format!(
        "#!/bin/sh\n# {what}\n[ \"$1\" = --install ] || exit 1\n\
         /bin/mkdir -p \"$JUPYTER_PATH/kernels/rust\"\n\
         echo '{{}}' > \"$JUPYTER_PATH/kernels/rust/kernel.json\"\n"
    )
}

/// The release's archive with `program` as its kernel.
fn archive(program: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(NAME)).unwrap();
    fs::write(folder.path().join(NAME).join("evcxr_jupyter"), program).unwrap();
    let packed =
        Command::new("tar").arg("-C").arg(folder.path()).args(["-czf", "-", NAME]).output();
    packed.unwrap().stdout
}

/// The SHA-256 of an archive as sha256sum prints it.
fn digest(archive: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive");
    fs::write(&file, archive).unwrap();
    String::from_utf8(Command::new("sha256sum").arg(file).output().unwrap().stdout).unwrap()
}

/// How the release's server behaves.
#[derive(Clone)]
enum Server {
    /// An archive, with its digest beside it.
    Sends(Vec<u8>),
    /// An archive, with the digest of a different one beside it.
    SendsAnother(Vec<u8>),
    /// An archive without a digest.
    SendsAlone(Vec<u8>),
    HasNothing,
    LeadsElsewhere,
    Hangs,
}

impl Server {
    /// Starts the server. Returns its address and the list of requests it receives.
    fn start(self) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            let mut kept = Vec::new();
            for connection in listener.incoming().map_while(Result::ok) {
                let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
                let head = lines.by_ref().map_while(Result::ok);
                let head: Vec<String> = head.take_while(|line| !line.is_empty()).collect();
                log.lock().unwrap().push(head[0].clone());
                self.answer(head[0].contains(".sha256 "), &connection);
                kept.push(connection); // `Hangs` must keep it open
            }
        });
        (address, asked)
    }

    fn answer(&self, asked_for_digest: bool, mut connection: &TcpStream) {
        let digest = match self {
            Server::Sends(body) => digest(body),
            _ => digest(b"another archive"),
        };
        let (head, body): (_, &[u8]) = match self {
            Server::Sends(_) | Server::SendsAnother(_) if asked_for_digest => {
                ("200 OK", digest.as_bytes())
            }
            Server::SendsAlone(_) if asked_for_digest => ("404 Not Found", b""),
            Server::Sends(body) | Server::SendsAnother(body) | Server::SendsAlone(body) => {
                ("200 OK", body)
            }
            Server::HasNothing => ("404 Not Found", b""),
            Server::LeadsElsewhere => ("302 Found\r\nLocation: file:///etc/hostname", b""),
            Server::Hangs => return,
        };
        let length = body.len();
        write!(connection, "HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n").unwrap();
        connection.write_all(body).unwrap();
    }
}

/// A machine with JupyterLab, on which Cargo "compiles" a kernel at once.
fn machine() -> Machine {
    let compiled = kernel("compiled");
    let cargo = format!(
        "[ \"$1\" = fetch ] && exit 0\n\
         /bin/mkdir -p \"$5/bin\" && /bin/cat > \"$5/bin/evcxr_jupyter\" <<'END'\n{compiled}END\n\
         /bin/chmod +x \"$5/bin/evcxr_jupyter\""
    );
    Machine::bare().with("rustc").with_python().with_script("cargo", &cargo).with_jupyterlab()
}

/// Prepares a machine with that server. Returns the report and the resulting kernel's second line.
fn prepare(machine: &Machine, server: Server, arguments: &[&str]) -> (String, String) {
    let (address, asked) = server.start();
    let mut prepare = machine.prepare();
    prepare.args(arguments).env(RELEASES_VARIABLE, address).env_remove("UDP_TUTORIAL_COMPILE");
    let output = prepare.output().unwrap();
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{report}");
    for asked in asked.lock().unwrap().iter() {
        let archive = format!("GET /v0.22.0/{NAME}.tar.gz");
        assert!(["", ".sha256"].map(|end| format!("{archive}{end} HTTP/1.1")).contains(asked));
    }
    let kernel = fs::read_to_string(machine.kernel()).unwrap();
    assert!(!machine.cache().join("download").exists());
    (report, kernel.lines().nth(1).unwrap().to_string())
}

#[test]
fn the_releases_binary_is_downloaded_and_used() {
    for machine in [machine().with("curl"), machine()] {
        let good = Server::Sends(archive(&kernel("fetched")));
        let (report, kernel) = prepare(&machine, good.clone(), &[]);
        assert_eq!(kernel, "# fetched", "{report}");
        assert!(report.contains("Downloading the Rust kernel for Jupyter, evcxr_jupyter 0.22.0 …"));
        // The next run keeps the binary, but `--compile` replaces it.
        assert_eq!(prepare(&machine, Server::HasNothing, &[]).1, "# fetched");
        assert_eq!(prepare(&machine, good, &["--compile"]).1, "# compiled");
    }
}

#[test]
fn with_compile_nothing_is_downloaded() {
    let machine = machine();
    let (address, asked) = Server::HasNothing.start();
    let mut prepare = machine.prepare();
    let output = prepare.env(RELEASES_VARIABLE, address).arg("--compile").output().unwrap();
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.contains("Compiling the Rust kernel"), "{report}");
    assert!(asked.lock().unwrap().is_empty());
}

/// Checks that a faulty `server` leads to a compiled kernel, and that the report says `why`.
fn is_compiled_instead(server: Server, why: &str) {
    for machine in [machine().with("curl"), machine()] {
        let (report, kernel) = prepare(&machine, server.clone(), &[]);
        assert_eq!(kernel, "# compiled", "{report}");
        let said = report.lines().find(|line| line.starts_with("Not using the release's binary: "));
        assert!(said.unwrap().contains(why), "{report}");
    }
}

#[test]
fn a_release_that_is_missing_or_broken_is_compiled_instead() {
    is_compiled_instead(Server::HasNothing, "its digest is missing: the download failed: ");
    is_compiled_instead(Server::LeadsElsewhere, "the download failed: ");
    let mut broken = archive(&kernel("fetched"));
    broken.truncate(broken.len() / 2);
    is_compiled_instead(Server::Sends(broken), "the archive cannot be used: ");
    is_compiled_instead(Server::Sends(b"no archive".into()), "the archive cannot be used: ");
}

/// A source that the user names must have a digest for each archive.
#[test]
fn an_archive_with_another_digest_or_without_one_is_compiled_instead() {
    let good = archive(&kernel("fetched"));
    is_compiled_instead(
        Server::SendsAnother(good.clone()),
        "the archive cannot be used: its SHA-256 is ",
    );
    is_compiled_instead(Server::SendsAlone(good), "its digest is missing: the download failed");
}

#[test]
fn a_binary_that_does_not_run_here_is_compiled_instead() {
    let newer = "#!/bin/sh\necho \"version \\`GLIBC_2.99' not found\" >&2; exit 1\n";
    let why = "it does not run here: version `GLIBC_2.99' not found";
    is_compiled_instead(Server::Sends(archive(newer)), why);
    let silent = Server::Sends(archive("#!/bin/sh\n"));
    is_compiled_instead(silent, "it does not behave like the kernel");
}

#[test]
fn the_launcher_gives_up_on_a_server_or_binary_that_hangs() {
    let hangs = |server: Server, why: &str| {
        let (report, kernel) = prepare(&machine().with("curl"), server, &[]);
        assert_eq!(kernel, "# compiled", "{report}");
        assert!(report.contains(&format!("{why}: nothing happened for 8 seconds")), "{report}");
    };
    let program = Server::Sends(archive("#!/bin/sh\nexec /bin/sleep 100\n"));
    thread::scope(|scope| {
        scope.spawn(|| hangs(Server::Hangs, "the download failed"));
        scope.spawn(|| hangs(program, "it does not run here"));
    });
}

#[test]
fn an_insecure_address_is_refused() {
    let machine = machine();
    let mut prepare = machine.prepare();
    prepare.env(RELEASES_VARIABLE, "http://192.0.2.1").env_remove("UDP_TUTORIAL_COMPILE");
    let report = String::from_utf8(prepare.output().unwrap().stderr).unwrap();
    assert!(report.contains("is http://192.0.2.1, which is not an https address"), "{report}");
}

/// Puts a kernel where `cargo install` would, with the record that Cargo keeps.
fn install(machine: &Machine, version: &str) {
    let root = machine.folder.path().join("cargo");
    fs::create_dir_all(root.join("bin")).unwrap();
    let record = format!(
        r#"{{ "installs": {{ "evcxr_jupyter {version} (registry)": {{ "profile": "release" }} }} }}"#
    );
    fs::write(root.join(".crates2.json"), record).unwrap();
    machine.write_program(&root.join("bin/evcxr_jupyter"), &kernel("there already"));
}

#[test]
fn a_kernel_that_cargo_installed_is_used_and_kept() {
    let machine = machine();
    install(&machine, "0.22.0");
    let (report, kernel) = prepare(&machine, Server::HasNothing, &[]);
    assert_eq!(kernel, "# there already", "{report}");
    let own = machine.folder.path().join("cargo/bin/evcxr_jupyter");
    assert!(report.contains(&format!(
        "Using the Rust kernel for Jupyter that Cargo installed: {}",
        own.display()
    )));
    // Its owner may remove it, but `clean` must not.
    let kept = own.with_file_name("kept");
    fs::rename(&own, &kept).unwrap();
    assert_eq!(prepare(&machine, Server::HasNothing, &[]).1, "# there already");
    assert!(machine.lab("clean").status().unwrap().success());
    assert!(kept.exists() && !machine.kernel().exists());
}

#[test]
fn a_kernel_that_has_another_version_or_does_not_run_is_not_used() {
    let other = machine();
    install(&other, "0.21.1");
    let (report, kernel) = prepare(&other, Server::HasNothing, &[]);
    assert_eq!(kernel, "# compiled");
    assert!(
        report.contains("Cargo has no record of it as an optimised evcxr_jupyter 0.22.0"),
        "{report}"
    );

    let broken = machine();
    install(&broken, "0.22.0");
    let own = broken.folder.path().join("cargo/bin/evcxr_jupyter");
    broken.write_program(&own, "#!/bin/sh\nexit 3\n");
    let (report, kernel) = prepare(&broken, Server::HasNothing, &[]);
    assert_eq!(kernel, "# compiled");
    assert!(report.contains("evcxr_jupyter: it does not run here: exit status: 3"), "{report}");
}
