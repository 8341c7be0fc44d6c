//! `cargo proof bench`: how long a learner waits and how fast the notebook's server is, each
//! compared with alternatives in the same run. Writes the results to measured/. With `browser` it
//! measures only the page, and writes nothing. With `kernel` it compiles the kernel in two ways,
//! which takes ten minutes. With `crates` it measures what the notebooks' crates cost.

#![cfg_attr(not(unix), allow(unused))]

#[cfg(unix)]
mod browser;
mod clients;
#[cfg(unix)]
mod compile_kernel;
mod contenders;
#[cfg(unix)]
mod crates;
mod first_cells;
mod traffic;
#[cfg(unix)]
mod used;

use std::fs;

use anyhow::Result;
use harness::lab::prepared;
use harness::report::{Table, machine, median};
use installation::folder::Installation;
use installation::tutorial::repository;
use udp_labs::Chart;

/// Runs of each measurement.
const RUNS: usize = 5;

/// The benchmarks stop the browser and its driver with signals.
#[cfg(not(unix))]
fn main() {
    eprintln!("The benchmarks run only on Linux and macOS.");
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> Result<()> {
    // Cargo passes `--bench`; `cargo test --all-targets` runs benchmarks without it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let installation = prepared();
    match std::env::args().nth(1).as_deref() {
        Some("browser") => {
            println!("{}", browser::table(&installation, RUNS).await?);
            return Ok(());
        }
        Some("kernel") => return compile_kernel::write(&machine()).await,
        Some("crates") => return crates::write(&installation, &machine()).await,
        _ => {}
    }
    write(&installation).await
}

/// Measures how long a learner waits and how fast the server is, and writes `measured/speed.md`.
#[cfg(unix)]
async fn write(installation: &Installation) -> Result<()> {
    let browser = browser::table(installation, RUNS).await?;
    let waiting = first_cells::table(&contenders::all(installation)?, RUNS).await?;
    let traffic = traffic_table(installation).await?;
    let crowds = crowds(installation).await?;
    let report = format!(
        "# Speed, measured\n\n\
         Written by `cargo proof bench`, medians of {RUNS} runs. Each run measured the columns of a table \
         one after another, in one session. {}\n\n\
         ## How long a learner waits\n\n{browser}\n\n\
         In Chromium, with everything installed. `setup` and `hello` on the left run as soon as the \
         page shows them, then `setup` on the right, and `hello` on the right at the server's first line. \
         Stock is the same JupyterLab as pip installs it, with evcxr_jupyter as it installs itself.\n\n\
         ## The kernels' share\n\n{waiting}\n\n\
         The stock kernel is evcxr_jupyter as it installs itself; Python is ipykernel with the \
         same conversation. `cargo lab` spends in the first row the time that the others spend in the \
         second and third; `launcher/src/install/kernelspec.rs` says how.\n\n\
         ## How fast the server's loop is\n\n{traffic}\n\n\
         The loop is that of the cell `hello`, without its printing. sockperf's messages have \
         14 bytes, its minimum. Python's round trip is between two Python programs.\n\n\
         ## The limits of one loop\n\n{}\n\n\
         ![Round trips with 1 to 1,000 clients](clients.svg)\n\n\
         The clients are tasks of one program, each with its own socket, and ask again as \
         soon as they have an answer. One loop answers one datagram at a time, so a crowd's requests wait in \
         its queue. Faster servers use several sockets on one port (`SO_REUSEPORT`, [socket(7)]\
         (https://man7.org/linux/man-pages/man7/socket.7.html)), many datagrams per call \
         ([recvmmsg(2)](https://man7.org/linux/man-pages/man2/recvmmsg.2.html), GSO and GRO as in \
         [quinn-udp](https://docs.rs/quinn-udp)), and, if they wait for more than the socket, an async runtime \
         such as [tokio](https://docs.rs/tokio/latest/tokio/net/struct.UdpSocket.html).\n",
        machine(),
        crowd_table(&crowds),
    );
    let folder = repository().join("measured");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("clients.svg"), chart(&crowds)?)?;
    fs::write(folder.join("speed.md"), &report)?;
    println!("{report}");
    Ok(())
}

async fn traffic_table(installation: &Installation) -> Result<Table> {
    let ours = traffic::Loop::start(installation).await?;
    let python = traffic::Python::start(installation)?;
    let (mut trips, mut answers) = ([vec![], vec![], vec![]], [vec![], vec![]]);
    for run in 0..RUNS {
        eprintln!("traffic, run {} of {RUNS}", run + 1);
        trips[0].push(traffic::round_trip(ours.port)?);
        trips[1].push(python.round_trip(installation)?);
        trips[2].extend(traffic::sockperf()?);
        answers[0].push(traffic::answers_per_second(ours.port)?);
        answers[1].push(traffic::answers_per_second(python.port)?);
    }
    let trips = trips.map(median);
    let answers = answers.map(median);
    let mut table = Table::new("", ["the notebook's loop", "Python", "sockperf"]);
    let shown = |value: f64, digits: usize| {
        if value.is_nan() { "not installed".to_string() } else { format!("{value:.digits$}") }
    };
    table.row("round trip [µs]", trips.map(|trip| shown(trip, 1)));
    table.row("… of the notebook's", trips.map(|trip| shown(trip / trips[0], 2)));
    let rates = [shown(answers[0], 0), shown(answers[1], 0), "".into()];
    table.row("datagrams answered per second, in a flood", rates);
    let ratios = ["1.00".into(), shown(answers[1] / answers[0], 2), "".into()];
    table.row("… of the notebook's", ratios);
    Ok(table)
}

async fn crowds(installation: &Installation) -> Result<Vec<clients::Crowd>> {
    let ours = traffic::Loop::start(installation).await?;
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
