//! The class: podman's service instead of docker's, and the hub.

use std::collections::HashMap;
use std::fs::{self, File, Permissions};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use harness::port::free_port;
use harness::wait::wait_until;
use installation::tutorial::repository;
use tempfile::TempDir;
use ureq::Agent;

use crate::engine::{IMAGE, SETTINGS, build_image, own_address, podman, said, text};

/// The longest that the hub or a student's server may take to answer while a whole class starts.
const DEADLINE: Duration = Duration::from_secs(300);

/// The programs that the tests need, and what for.
const TOOLS: [(&str, &str); 4] = [
    ("podman", "the containers"),
    ("runc", "the containers"),
    ("mmdebstrap", "the stand-in for the base image"),
    ("npm", "the hub's proxy"),
];

/// A running class. Dropping it removes everything that it has created.
pub struct Class {
    folder: TempDir,
    passwords: HashMap<String, String>,
    address: Ipv4Addr,
    /// The ports of the page, the hub, and the proxy's own interface.
    ports: [u16; 3],
    service: Child,
    hub: Option<Child>,
}

impl Class {
    /// Builds the image, and starts a class of these students. Their names must begin with `test`,
    /// so that they collide with no real student's container.
    pub fn start(names: &[&str]) -> Class {
        assert!(names.iter().all(|name| name.starts_with("test")), "{names:?}");
        let missing = TOOLS.iter().filter(|(tool, _)| which::which(tool).is_err());
        let missing: Vec<String> =
            missing.map(|(tool, purpose)| format!("{tool} ({purpose})")).collect();
        assert!(missing.is_empty(), "not installed: {}", missing.join(", "));
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("containers.conf"), SETTINGS).unwrap();
        build_image(folder.path());

        let passwords: HashMap<String, String> = names
            .iter()
            .chain(&["teacher"])
            .map(|name| (name.to_string(), uuid::Uuid::new_v4().simple().to_string()))
            .collect();
        let lines: String =
            passwords.iter().map(|(name, word)| format!("{name} {word}\n")).collect();
        let file = folder.path().join("passwords");
        fs::write(&file, lines).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();

        let ports = [free_port(), free_port(), free_port()];
        let service = podman(folder.path())
            .args(["system", "service", "--time=0"])
            .arg(format!("unix://{}", folder.path().join("podman.sock").display()))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = own_address();
        let mut class = Class { folder, passwords, address, ports, service, hub: None };
        class.remove_left();
        class.start_hub(&[]);
        class
    }

    fn command(&self) -> Command {
        let mut start = Command::new(repository().join("class/start"));
        let at = |name: &str| self.folder.path().join(name);
        start.env("DOCKER_HOST", format!("unix://{}", at("podman.sock").display()));
        start.env("CLASS_ADDRESS", self.address.to_string()).env("CLASS_IMAGE", IMAGE);
        start.env("CLASS_STATE", at("state")).env("CLASS_PASSWORDS", at("passwords"));
        for (name, port) in
            ["CLASS_PORT", "CLASS_HUB_PORT", "CLASS_PROXY_PORT"].iter().zip(self.ports)
        {
            start.env(name, port.to_string());
        }
        start
    }

    fn start_hub(&mut self, settings: &[(&str, &str)]) {
        let log = File::create(self.folder.path().join("hub.log")).unwrap();
        let mut start = self.command();
        start.envs(settings.iter().copied());
        start.process_group(0).stdout(log.try_clone().unwrap()).stderr(log);
        let mut hub = start.spawn().unwrap();
        wait_until(|| {
            assert!(hub.try_wait().unwrap().is_none(), "the hub has exited: {}", self.log());
            self.status_of("/hub/health") == 200
        });
        self.hub = Some(hub);
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("hub.log")).unwrap_or_default()
    }

    /// Stops the hub as Ctrl-C does, and starts it again with these settings.
    pub fn restart_hub(&mut self, settings: &[(&str, &str)]) {
        let mut hub = self.hub.take().unwrap();
        signal(&hub, nix::sys::signal::Signal::SIGINT);
        hub.wait().unwrap();
        self.start_hub(settings);
    }

    /// Stops the students' servers and the proxy.
    pub fn stop(&self) {
        assert!(self.command().arg("stop").status().unwrap().success());
    }

    /// Whether a student's container exists.
    pub fn has_container(&self, student: &str) -> bool {
        let mut exists = podman(self.folder.path());
        exists.args(["container", "exists", &container(student)]).status().unwrap().success()
    }

    /// The error with which the class refuses to start with these settings.
    pub fn refusal(&self, settings: &[(&str, &str)]) -> String {
        let output = self.command().envs(settings.iter().copied()).output().unwrap();
        assert!(!output.status.success(), "the class starts despite {settings:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// The address of the page.
    pub fn page(&self) -> SocketAddr {
        (self.address, self.ports[0]).into()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.page())
    }

    /// The hub's own interface.
    pub fn hub(&self) -> String {
        format!("{}:{}", self.address, self.ports[1])
    }

    /// The interface through which the hub controls its proxy.
    pub fn proxy_interface(&self) -> String {
        format!("{}:{}", self.address, self.ports[2])
    }

    pub fn password(&self, name: &str) -> &str {
        &self.passwords[name]
    }

    /// The status of the answer at a path to a client without a cookie; 0 if there is no answer.
    pub fn status_of(&self, path: &str) -> u16 {
        browser().get(self.url(path)).call().map_or(0, |reply| reply.status().as_u16())
    }

    /// The address of a student's container on its network.
    pub fn address_of(&self, student: &str) -> String {
        let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        let container = container(student);
        text(podman(self.folder.path()).args(["inspect", "--format", format, &container]).output())
    }

    /// The processor time that a student's container has taken, in seconds, and the memory that it
    /// holds, in MB.
    pub fn used_by(&self, student: &str) -> (f64, f64) {
        let format = "{{.CPUNano}} {{.MemUsageBytes}}";
        let mut stats = podman(self.folder.path());
        stats.args(["stats", "--no-stream", "--format", format, &container(student)]);
        let used = text(stats.output());
        let mut words = used.split_whitespace();
        let mut next = || words.next().unwrap_or_default();
        let processor = next().parse::<f64>().unwrap() / 1e9;
        let memory = next();
        for (unit, factor) in [("GiB", 1073.74), ("MiB", 1.048576), ("KiB", 0.001024)] {
            if let Some(number) = memory.strip_suffix(unit) {
                return (processor, number.parse::<f64>().unwrap() * factor);
            }
        }
        panic!("cannot parse what podman says: {used:?}")
    }

    /// What a student's server and its kernels have logged.
    pub fn log_of(&self, student: &str) -> String {
        said(podman(self.folder.path()).args(["logs", &container(student)]))
    }

    pub fn kill_container(&self, student: &str) {
        let container = container(student);
        text(podman(self.folder.path()).args(["kill", &container]).output());
    }

    /// Runs a command in a student's container; returns its output.
    pub fn run_in(&self, student: &str, command: &[&str]) -> String {
        let mut run = podman(self.folder.path());
        said(run.args(["exec", &container(student)]).args(command))
    }

    /// Removes these students' containers, volumes and networks, including an earlier run's.
    fn remove_left(&self) {
        for name in self.passwords.keys().filter(|name| *name != "teacher") {
            for arguments in [
                ["rm", "--force", &format!("udp-{name}")],
                ["volume", "rm", &format!("udp-{name}")],
                ["network", "rm", &format!("udp-{name}")],
            ] {
                let _ = podman(self.folder.path()).args(arguments).output();
            }
        }
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!(
                "the end of the hub's log:\n{}",
                lines[lines.len().saturating_sub(40)..].join("\n")
            );
        }
        if let Some(mut hub) = self.hub.take() {
            // The hub ends its service, which is not of its process group, only if it may end itself.
            signal(&hub, nix::sys::signal::Signal::SIGINT);
            let ended = (0..100).any(|_| {
                std::thread::sleep(Duration::from_millis(100));
                !matches!(hub.try_wait(), Ok(None))
            });
            if !ended {
                signal(&hub, nix::sys::signal::Signal::SIGKILL);
                let _ = hub.wait();
            }
        }
        let proxy = fs::read_to_string(self.folder.path().join("state/proxy.pid"));
        if let Some(proxy) = proxy.ok().and_then(|number| number.trim().parse().ok()) {
            let proxy = nix::unistd::Pid::from_raw(proxy);
            let _ = nix::sys::signal::kill(proxy, nix::sys::signal::Signal::SIGKILL);
        }
        self.remove_left();
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

fn signal(group: &Child, signal: nix::sys::signal::Signal) {
    let group = nix::unistd::Pid::from_raw(group.id() as i32);
    let _ = nix::sys::signal::killpg(group, signal);
}

/// A client that keeps cookies and follows no redirects.
pub fn browser() -> Agent {
    let configuration = Agent::config_builder().proxy(None).max_redirects(0);
    configuration.timeout_global(Some(DEADLINE)).http_status_as_error(false).build().into()
}

fn container(student: &str) -> String {
    format!("udp-{student}")
}
