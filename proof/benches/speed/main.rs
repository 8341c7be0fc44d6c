//! `cargo bench -p proof`: how long a learner waits and how fast the notebook's server is, each
//! beside its peers in the same run. Writes what it finds to docs/. With `-- browser` it measures the
//! page alone, and writes nothing; with `-- kernel` it compiles the kernel in two ways, for ten minutes;
//! with `-- class` it starts classes of up to 30 students in containers.

#![cfg_attr(not(unix), allow(unused))]

#[cfg(unix)]
mod browser;
#[cfg(target_os = "linux")]
mod class;
mod clients;
#[cfg(unix)]
mod compile_kernel;
mod contenders;
mod first_cells;
#[cfg(target_os = "linux")]
#[allow(dead_code)] // the test takes the rest
#[path = "../../tests/class/hub.rs"]
mod hub;
#[cfg(unix)]
#[allow(dead_code)] // the test takes the rest
#[path = "../../tests/browser/jupyterlab_page.rs"]
mod jupyterlab_page;
mod report;
#[cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "../../tests/class/student.rs"]
mod student;
mod traffic;
#[cfg(target_os = "linux")]
#[path = "../../../launcher/tests/launcher/wait.rs"]
mod wait;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use launcher::install;
use launcher::install::installation::Cache;
use launcher::tutorial::repository;
use udp_tutorial::Chart;

use report::{Table, median};

/// How often each is measured.
const RUNS: usize = 3;

/// The browser and its driver are told to end by signals.
#[cfg(not(unix))]
fn main() {
    eprintln!("The benchmarks run on Linux and macOS.");
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> Result<()> {
    // Cargo passes `--bench`; `cargo test --all-targets` runs benchmarks without it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let cache = Cache::locate()?;
    install::prepare(&cache, true)?;
    match std::env::args().nth(1).as_deref() {
        Some("browser") => {
            println!("{}", browser::table(&cache, RUNS).await?);
            return Ok(());
        }
        Some("kernel") => return compile_kernel::write(&machine()).await,
        #[cfg(target_os = "linux")]
        Some("class") => return tokio::task::block_in_place(|| class::write(&machine())),
        _ => {}
    }
    let browser = browser::table(&cache, RUNS).await?;
    let waiting = first_cells::table(&contenders::all(&cache)?, RUNS).await?;
    let traffic = traffic_table(&cache).await?;
    let crowds = crowds(&cache).await?;
    let report = format!(
        "# Speed, measured\n\n\
         Written by `cargo bench -p proof`, medians of {RUNS} runs; the columns of a table were \
         measured in turn in one session. {}\n\n\
         ## How long a learner waits\n\n{browser}\n\n\
         In Chromium, everything being installed. `setup` and `hello` are run left as soon as the \
         page shows them, `setup` right after that, and `hello` right at the server's first line. \
         Stock is the same JupyterLab as pip installs it, and evcxr_jupyter as it installs itself.\n\n\
         ## What the kernels take of it\n\n{waiting}\n\n\
         The stock kernel is evcxr_jupyter as it installs itself; Python is ipykernel with the \
         same conversation. `cargo lab` pays in the first row what the others pay in the second \
         and third: `launcher/src/install/kernelspec.rs` says how.\n\n\
         ## How fast the server's loop is\n\n{traffic}\n\n\
         The loop is that of the cell `hello`, its printing left out. sockperf's messages have \
         14 bytes, the fewest it sends. Python's round trip is between two Python programs.\n\n\
         ## Where one loop ends\n\n{}\n\n\
         ![Round trips with 1 to 1,000 clients](clients.svg)\n\n\
         The clients are tasks of one program, each with a socket of its own, and ask again as \
         soon as they are answered. One loop answers one datagram at a time, so a crowd waits in \
         its queue. Where that is too slow, people use several sockets on one port (`SO_REUSEPORT`, [socket(7)]\
         (https://man7.org/linux/man-pages/man7/socket.7.html)), many datagrams in one call \
         ([recvmmsg(2)](https://man7.org/linux/man-pages/man2/recvmmsg.2.html), GSO and GRO as in \
         [quinn-udp](https://docs.rs/quinn-udp)), and an async runtime such as \
         [tokio](https://docs.rs/tokio/latest/tokio/net/struct.UdpSocket.html) where the server \
         waits for more than the socket.\n",
        machine(),
        crowd_table(&crowds),
    );
    let folder = repository().join("docs");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("clients.svg"), chart(&crowds)?)?;
    fs::write(folder.join("speed.md"), &report)?;
    println!("{report}");
    Ok(())
}

async fn traffic_table(cache: &Cache) -> Result<Table> {
    let ours = traffic::Loop::start(cache).await?;
    let python = traffic::Python::start(cache)?;
    let (mut trips, mut answers) = ([vec![], vec![], vec![]], [vec![], vec![]]);
    for run in 0..RUNS {
        eprintln!("traffic, run {} of {RUNS}", run + 1);
        trips[0].push(traffic::round_trip(ours.port)?);
        trips[1].push(python.round_trip(cache)?);
        trips[2].extend(traffic::sockperf()?);
        answers[0].push(traffic::answers_per_second(ours.port)?);
        answers[1].push(traffic::answers_per_second(python.port)?);
    }
    let trips = trips.map(median);
    let answers = answers.map(median);
    let mut table = Table::new("", ["the notebook's loop", "Python", "sockperf"]);
    let shown = |value: f64, digits: usize| match value.is_nan() {
        true => "not installed".to_string(),
        false => format!("{value:.digits$}"),
    };
    table.row("round trip [µs]", trips.map(|trip| shown(trip, 1)));
    table.row("… of the notebook's", trips.map(|trip| shown(trip / trips[0], 2)));
    let rates = [shown(answers[0], 0), shown(answers[1], 0), "".into()];
    table.row("datagrams taken and answered per second, in a flood", rates);
    let ratios = ["1.00".into(), shown(answers[1] / answers[0], 2), "".into()];
    table.row("… of the notebook's", ratios);
    Ok(table)
}

async fn crowds(cache: &Cache) -> Result<Vec<clients::Crowd>> {
    let ours = traffic::Loop::start(cache).await?;
    let mut crowds = Vec::new();
    for clients in [1, 10, 100, 1_000] {
        eprintln!("{clients} clients");
        crowds.push(clients::ask(ours.port, clients).await?);
    }
    Ok(crowds)
}

fn crowd_table(crowds: &[clients::Crowd]) -> Table {
    let head = ["median [µs]", "99th percentile [µs]", "replies per second", "lost [%]"];
    let mut table = Table::new("clients at once", head);
    for crowd in crowds {
        let [middle, tail] = crowd.round_trip.map(|time| format!("{time:.0}"));
        let rate = format!("{:.0}", crowd.replies_per_second);
        table.row(&crowd.clients.to_string(), [middle, tail, rate, format!("{:.2}", crowd.lost)]);
    }
    table
}

fn chart(crowds: &[clients::Crowd]) -> Result<String> {
    let names: Vec<String> = crowds.iter().map(|crowd| crowd.clients.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let times = |index: usize| -> Vec<f64> {
        crowds.iter().map(|crowd| crowd.round_trip[index] / 1e3).collect()
    };
    let chart = Chart::new("One loop and a crowd", "clients at once", "round trip in ms")
        .groups(&names)
        .bars("median", &times(0))
        .bars("99th percentile", &times(1));
    Ok(chart.draw()?.svg().to_string())
}

/// What it was measured on.
fn machine() -> String {
    let printed = |program: &str, arguments: &[&str]| -> Result<String> {
        let output = Command::new(program).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text.lines().next().context("it prints a line")?.trim().to_string())
    };
    let cores = std::thread::available_parallelism().map_or(0, |cores| cores.get());
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor
        .lines()
        .find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim()))
        .unwrap_or(std::env::consts::ARCH);
    let versions = [
        printed("rustc", &["--version"]),
        Ok(format!("evcxr_jupyter {}", install::installation::KERNEL_VERSION)),
        printed("python3", &["--version"]),
        printed("sockperf", &["--version"]).map(|line| line.replace(',', "")),
    ];
    let versions: Vec<String> = versions.into_iter().flatten().collect();
    let system = std::env::consts::OS;
    format!("{processor}, {cores} cores, {system}; {}.", versions.join(", "))
}
