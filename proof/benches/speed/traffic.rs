//! How fast the loop of the notebook's server is without its printing, compared with Python's and
//! with sockperf.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use harness::port::free_port;
use installation::folder::Installation;
use kernel_client::fence::Execution;
use kernel_client::kernel::Kernel;

use crate::contenders;

/// Duration of one measurement.
const SPAN: Duration = Duration::from_secs(1);

/// The notebook's server cell, without its printing, running in a kernel.
pub struct Loop {
    pub port: u16,
    // Dropping it kills the kernel.
    _kernel: Kernel,
    _execution: Execution,
}

impl Loop {
    pub async fn start(installation: &Installation) -> Result<Loop> {
        let port = free_port();
        let program = contenders::with_cargo_lab(installation, port)?;
        let quiet = without_printing(&program.server)?;
        let mut kernel = Kernel::start(&program.jupyter_path, &program.folder, &[]).await?;
        kernel.run(&program.setup[0]).await?;
        let mut execution = kernel.begin(&quiet).await?;
        kernel.wait_for_lines(&mut execution, 1).await?;
        Ok(Loop { port, _kernel: kernel, _execution: execution })
    }
}

/// Removes the printing for each datagram, but keeps the line at the start.
fn without_printing(server: &str) -> Result<String> {
    let mut quiet = server.to_string();
    for (printing, silent) in [
        ("println!(\"Sending the message: {reply}\");", ""),
        ("println!(\"The message is sent.\")", "{}"),
    ] {
        if !quiet.contains(printing) {
            bail!("the server's cell has no {printing}");
        }
        quiet = quiet.replace(printing, silent);
    }
    Ok(quiet)
}

/// The same loop in a Python process.
pub struct Python {
    pub port: u16,
    process: Child,
}

impl Python {
    pub fn start(installation: &Installation) -> Result<Python> {
        let port = free_port();
        let setup = contenders::python_setup(port);
        let server = contenders::PYTHON_SERVER.lines().filter(|line| !line.ends_with("#print"));
        let server: Vec<&str> = server.collect();
        let program = format!("{setup}{}", server.join("\n"));
        let mut process = Command::new(installation.venv_program("python"))
            .args(["-c", &program])
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(process.stdout.take().context("stdout is not piped")?).lines();
        lines
            .map_while(Result::ok)
            .find(|line| line.ends_with("waits."))
            .context("the Python server has not started")?;
        Ok(Python { port, process })
    }

    /// The median round trip that a client in Python sees, in µs.
    pub fn round_trip(&self, installation: &Installation) -> Result<f64> {
        let program = format!(
            "import socket, statistics, time\n\
             client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
             client.settimeout(2)\n\
             times = []\n\
             start = time.perf_counter()\n\
             while time.perf_counter() - start < {}:\n\
             \x20   asked = time.perf_counter()\n\
             \x20   client.sendto(b'Hello.', ('127.0.0.1', {}))\n\
             \x20   client.recv(4096)\n\
             \x20   times.append(time.perf_counter() - asked)\n\
             print(statistics.median(times) * 1e6)",
            SPAN.as_secs_f64(),
            self.port
        );
        let output =
            Command::new(installation.venv_program("python")).args(["-c", &program]).output()?;
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The median round trip to the server at `port`, in µs.
pub fn round_trip(port: u16) -> Result<f64> {
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    client.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut times = Vec::new();
    let mut buffer = [0; 4096];
    let start = Instant::now();
    while start.elapsed() < SPAN {
        let asked = Instant::now();
        client.send_to(b"Hello.", (Ipv4Addr::LOCALHOST, port))?;
        client.recv_from(&mut buffer)?;
        times.push(asked.elapsed().as_secs_f64() * 1e6);
    }
    Ok(harness::report::median(times))
}

/// How many datagrams per second the server at `port` answers while a flood exceeds its capacity,
/// according to the server's own count before and after. Nobody reads the answers to the flood.
pub fn answers_per_second(port: u16) -> Result<f64> {
    let flood = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    flood.connect((Ipv4Addr::LOCALHOST, port))?;
    let before = number(port)?;
    let start = Instant::now();
    while start.elapsed() < SPAN {
        for _ in 0..100 {
            flood.send(b"Hello.")?;
        }
    }
    let after = number(port)?; // the queue is empty again
    Ok((after - before - 1) as f64 / start.elapsed().as_secs_f64())
}

/// The count in the server's next answer.
fn number(port: u16) -> Result<u64> {
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    client.set_read_timeout(Some(Duration::from_millis(100)))?;
    let mut buffer = [0; 64];
    for _ in 0..50 {
        // The server's queue may still be full, and the question lost.
        client.send_to(b"Hello.", (Ipv4Addr::LOCALHOST, port))?;
        if let Ok(length) = client.recv(&mut buffer) {
            return udp_labs::message::parse_reply(&buffer[..length]);
        }
    }
    bail!("the server at port {port} does not answer")
}

/// sockperf's own measurement of the median round trip, in µs; `None` if it is not installed.
pub fn sockperf() -> Result<Option<f64>> {
    let Ok(program) = which::which("sockperf") else { return Ok(None) };
    let port = free_port().to_string();
    let mut server = sockperf_command(&program, "server", &port).spawn()?;
    let mut measured = None;
    // sockperf's server does not say when it listens, so the client may have to try again.
    for _ in 0..5 {
        let mut client = sockperf_command(&program, "ping-pong", &port);
        client.args(["-m", "14", "-t"]).arg(SPAN.as_secs().to_string()).stdout(Stdio::piped());
        let printed = String::from_utf8(client.output()?.stdout)?;
        let line = printed.lines().find(|line| line.contains("percentile 50.000"));
        measured = line.and_then(|line| line.rsplit('=').next()?.trim().parse::<f64>().ok());
        if measured.is_some() {
            break;
        }
    }
    server.kill()?;
    server.wait()?;
    // sockperf reports half a round trip.
    Ok(Some(2.0 * measured.context("sockperf reports no median")?))
}

fn sockperf_command(program: &Path, task: &str, port: &str) -> Command {
    let mut command = Command::new(program);
    command.args([task, "-i", "127.0.0.1", "-p", port]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
