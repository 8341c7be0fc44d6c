//! Other people's machines, with their variables, path characters, disks and accounts.
#![cfg(target_os = "linux")] // uses namespaces, and preloads a library

use std::fs;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use installation::folder::CACHE_VARIABLE;
use installation::tutorial::repository;
use tempfile::TempDir;

use crate::common::{self, LAB};
use crate::machine::Machine;
use harness::running::Running;
use kernel_client::kernel::Kernel;

/// Uses the helper crate in a kernel of a running JupyterLab, and waits until the cell has run.
fn use_helper_crate(lab: &Running, folder: &Path) {
    let file = folder.join("reply");
    let code = format!(
        ":dep udp_tutorial = {{ path = \"..\" }}\n\
         std::fs::write({:?}, udp_tutorial::message::reply(1))?;",
        file.to_str().unwrap()
    );
    lab.wait_for_kernels();
    lab.run_cell(&code, &file);
    assert_eq!(fs::read_to_string(file).unwrap(), "Server accessed.(1)");
}

#[test]
fn variables_of_other_programs_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    let names = [
        "PYTHONHOME",
        "PYTHONPATH",
        "JUPYTER_PATH",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_CONFIG_PATH",
        "JUPYTER_NO_CONFIG",
        "JUPYTERLAB_DIR",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTFLAGS",
        "RUSTC",
        "RUSTC_WRAPPER",
        "EVCXR_TMPDIR",
        "EVCXR_CONFIG_DIR",
        "GIT_DIR",
    ];
    let lab = common::start(&names.map(|name| (name, nowhere)));
    use_helper_crate(&lab, folder.path());
    assert!(!Path::new(nowhere).exists());
}

#[test]
fn odd_characters_in_the_paths_of_clone_and_cache_do_no_harm() {
    // A decomposed accent, letters that are not Latin, and characters that are special in shells,
    // TOML and URLs. There is no %, because Rust's linker cannot find files in such a path.
    let odd = "Zoe\u{308}'s ไทย #1 $HOME {connection}";
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join(odd);
    let mut files = Command::new("git");
    files.arg("-C").arg(repository()).args(["ls-files", "--cached", "--others"]);
    let files = files.arg("--exclude-standard").output().unwrap();
    for file in String::from_utf8(files.stdout).unwrap().lines() {
        fs::create_dir_all(clone.join(file).parent().unwrap()).unwrap();
        // git also lists a file whose removal is not committed yet.
        let _ = fs::copy(repository().join(file), clone.join(file));
    }
    let machine = Machine::installed("");
    let cache = folder.path().join(format!("{odd} too"));
    fs::rename(machine.named(), &cache).unwrap();
    for made in ["udp-tutorial/seed", "udp-tutorial/done/seed"] {
        fs::remove_file(cache.join(made)).unwrap();
    }
    let mut lab = Command::new("cargo");
    lab.args(["run", "--quiet", "--locked", "--package", "launcher", "--"]);
    lab.current_dir(&clone).env(CACHE_VARIABLE, &cache).env_remove("CARGO_TARGET_DIR");
    let lab = Running::start_by(lab, &[]);
    assert!(cache.join("udp-tutorial/seed/udp_labs/target").exists());
    use_helper_crate(&lab, folder.path());
}

#[test]
fn a_disk_without_file_locks_is_named() {
    let machine = Machine::bare();
    let (source, library) =
        ["flock.c", "flock.so"].map(|name| machine.folder.path().join(name)).into();
    let no_locks = "#include <errno.h>\nint flock(int f, int o) { errno = ENOLCK; return -1; }\n";
    fs::write(&source, no_locks).unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-o"]).args([&library, &source]);
    assert!(compile.status().unwrap().success());
    let output = machine.prepare().env("LD_PRELOAD", library).output().unwrap();
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.starts_with("error: cannot lock "), "{report}");
    assert!(report.contains("to a folder on a disk of this machine"), "{report}");
}

#[test]
#[ignore = "needs openssl"]
#[expect(clippy::too_many_lines, reason = "the certificate, its server, and both answers")]
fn an_untrusted_certificate_is_explained_and_a_named_one_is_accepted() {
    let machine = Machine::bare().with("rustc").with_python();
    let [key, certificate] =
        ["key.pem", "certificate.pem"].map(|name| machine.folder.path().join(name));
    let mut make = Command::new("openssl");
    make.args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=Proxy",
    ]);
    make.args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout"]).arg(&key);
    make.arg("-out").arg(&certificate).stderr(Stdio::null());
    assert!(make.status().unwrap().success());
    let serve = "import http.server, ssl, sys\n\
        server = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\n\
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n\
        context.load_cert_chain(sys.argv[1], sys.argv[2])\n\
        server.socket = context.wrap_socket(server.socket, server_side=True)\n\
        print(server.server_port, flush=True)\n\
        server.serve_forever()";
    let mut server = Command::new("python3");
    server.args(["-c", serve]).args([&certificate, &key]).current_dir(machine.folder.path());
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut port = String::new();
    let mut lines = std::io::BufReader::new(server.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut lines, &mut port).unwrap();

    let report = |trusted: Option<&PathBuf>| {
        let mut prepare = machine.prepare();
        prepare.env("PIP_INDEX_URL", format!("https://127.0.0.1:{}/simple", port.trim_end()));
        prepare.env("PIP_RETRIES", "1").env("PIP_CONFIG_FILE", "/dev/null");
        for name in ["PIP_FIND_LINKS", "PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"] {
            prepare.env_remove(name);
        }
        prepare.envs(trusted.map(|file| ("SSL_CERT_FILE", file)));
        String::from_utf8(prepare.output().unwrap().stderr).unwrap()
    };
    let (distrusted, trusted) = (report(None), report(Some(&certificate)));
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(
        distrusted.contains("set SSL_CERT_FILE to the PEM file with the proxy's certificates"),
        "{distrusted}"
    );
    assert!(trusted.contains("No matching distribution found"), "{trusted}");
}

#[test]
fn the_page_opens_through_a_file_that_only_its_user_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let browser = folder.path().join("browser");
    fs::write(
        &browser,
        "#!/bin/sh\ncd \"$(dirname \"$0\")\"\necho \"$1\" > new && mv new opened\n",
    )
    .unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    common::prepared();
    let mut lab = common::lab();
    lab.arg("--new").env("BROWSER", &browser).env_remove("WSL_DISTRO_NAME");
    let mut lab = Running::start_as_it_is(lab);
    let opened = folder.path().join("opened");
    common::wait_until(|| opened.exists());
    let url = fs::read_to_string(opened).unwrap();
    let file = PathBuf::from(url.trim_end().strip_prefix("file://").unwrap());
    assert!(!url.contains("/."), "a browser from a snap cannot read a hidden folder: {url}");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().contains(&lab.url));
    assert!(lab.interrupt().success() && !file.exists());
}

#[test]
fn the_launcher_warns_if_the_notebooks_port_is_in_use() {
    let taken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 49152));
    let mut lab = common::start(&[]);
    assert!(lab.interrupt().success());
    let (_, report) = lab.wait();
    // If this test could not bind the port, another program has it, and the warning is the same.
    // Another line may come first, if it waits for another test's set-up.
    let warns = |line: &str| line.starts_with("UDP port 49152 is in use on this machine");
    assert!(report.lines().any(warns), "{report}");
    drop(taken);
}

/// An account on this machine, created for a test.
struct Account {
    name: String,
    home: TempDir,
}

impl Account {
    fn make() -> Account {
        let name = format!("udp-test-{}", std::process::id());
        let home = tempfile::tempdir().unwrap();
        let mut add = Command::new("useradd");
        add.args(["--system", "--no-create-home", "--home-dir"]).arg(home.path()).arg(&name);
        assert!(add.status().unwrap().success(), "useradd failed, see above; it must run as root");
        let account = Account { name, home };
        let owned = Command::new("chown").arg(&account.name).arg(account.home.path()).status();
        assert!(owned.unwrap().success());
        account
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = Command::new("userdel").arg(&self.name).status();
    }
}

/// A command in its own mount namespace, which the shell commands in `prepare` have changed.
fn in_namespace(prepare: &str, run: &str) -> Command {
    common::prepared();
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &format!("set -e\n{prepare}\nexec {run} \"$@\"",)]);
    command.arg(LAB);
    command
}

#[test]
#[ignore = "needs root"]
fn cells_run_where_folders_for_temporary_files_are_noexec() {
    let folder = tempfile::tempdir().unwrap();
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    for unusable in [vec![temporary.as_path()], vec![&temporary, Path::new("/var/tmp")]] {
        let mount = |place: &&Path| format!("mount -t tmpfs -o noexec tmpfs '{}'", place.display());
        let mounts: Vec<String> = unusable.iter().map(mount).collect();
        let mut lab = in_namespace(&mounts.join("\n"), "\"$0\"");
        lab.env("TMPDIR", &temporary);
        let mut lab = Running::start_by(lab, &[]);
        use_helper_crate(&lab, folder.path());
        fs::remove_file(folder.path().join("reply")).unwrap();
        assert!(lab.interrupt().success());
    }
}

#[tokio::test]
async fn cells_run_whatever_characters_the_path_of_temporary_files_has() {
    let installation = common::prepared();
    let folder = tempfile::tempdir().unwrap();
    for odd in ["with space", "Übung", "100%"] {
        let temporary = folder.path().join(odd);
        fs::create_dir(&temporary).unwrap();
        let environment = [("TMPDIR", temporary.to_str().unwrap())];
        let notebooks = repository().join("notebooks");
        let mut kernel =
            Kernel::start(&installation.jupyter_path(), &notebooks, &environment).await.unwrap();
        let shown = kernel.run("println!(\"{}\", 6 * 7);").await.unwrap();
        assert_eq!(shown.stdout, "42\n", "{odd}: {shown}");
        kernel.shut_down().await.unwrap();
    }
}

/// All accounts of a machine share one installation, which they may only read.
#[test]
#[ignore = "needs root"]
fn another_account_uses_an_installation_that_it_may_only_read() {
    let account = Account::make();
    let home = dirs::home_dir().unwrap();
    // Other accounts may not enter root's home. The namespace puts a folder in its place that they
    // may enter and that leads to what they need.
    let mut prepare = format!(
        "mount --bind '{0}' /mnt\nmount -t tmpfs -o mode=755 tmpfs '{0}'\ncd /mnt\n\
         for entry in .[!.]* *; do [ -d \"$entry\" ] || continue\n\
         mkdir '{0}'/\"$entry\"; mount --bind \"$entry\" '{0}'/\"$entry\"; done\ncd /\n",
        home.display()
    );
    prepare += &format!("cd '{}'", repository().display());
    let user = format!("setpriv --reuid {0} --regid {0} --clear-groups \"$0\"", account.name);
    let cache = common::prepared();
    let command = || {
        let mut lab = in_namespace(&prepare, &user);
        lab.env(CACHE_VARIABLE, cache.root().parent().unwrap()).env("HOME", account.home.path());
        lab.env("RUSTUP_HOME", crate::machine::home("RUSTUP_HOME", ".rustup"));
        for variable in ["XDG_CACHE_HOME", "XDG_DATA_HOME", "CARGO_HOME", "TMPDIR"] {
            lab.env_remove(variable);
        }
        lab.env("CARGO_NET_OFFLINE", "true");
        lab
    };
    let installed = || -> Vec<PathBuf> {
        let entries = fs::read_dir(cache.root()).unwrap().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    let before = installed();
    let lab = command();
    let mut lab = Running::start_by(lab, &[]);
    assert!(lab.folder().starts_with(account.home.path()), "{:?}", lab.folder());
    let shared = account.home.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    use_helper_crate(&lab, &shared);
    assert!(lab.interrupt().success());
    assert_eq!(installed(), before);

    let clean = command().arg("clean").output().unwrap();
    assert!(!clean.status.success());
    assert_eq!(installed(), before);
}
