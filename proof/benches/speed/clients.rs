//! How round trips and losses grow when many clients ask one loop at once.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use harness::report::quantile;

/// How long the clients ask.
const SPAN: Duration = Duration::from_secs(2);

/// After this time a client counts its question as lost and asks the next one.
const PATIENCE: Duration = Duration::from_millis(500);

/// What clients that ask at the same time measured together.
pub struct Crowd {
    pub clients: usize,
    /// The median and the 99th percentile of the round trips, in µs.
    pub round_trip: [f64; 2],
    pub replies_per_second: f64,
    /// Unanswered questions, in percent.
    pub lost: f64,
}

/// Runs `clients` clients, each of which asks again as soon as it has an answer.
pub async fn ask(port: u16, clients: usize) -> Result<Crowd> {
    let start = Instant::now();
    let asking: Vec<_> = (0..clients).map(|_| tokio::spawn(one(port, start))).collect();
    let (mut times, mut lost) = (Vec::new(), 0);
    for client in asking {
        let (own_times, own_lost) = client.await??;
        times.extend(own_times);
        lost += own_lost;
    }
    let asked = (times.len() + lost) as f64;
    Ok(Crowd {
        clients,
        round_trip: [0.5, 0.99].map(|part| quantile(times.iter().copied(), part)),
        replies_per_second: times.len() as f64 / start.elapsed().as_secs_f64(),
        lost: 100.0 * lost as f64 / asked,
    })
}

/// The round trips of one client in µs, and the number of unanswered questions.
async fn one(port: u16, start: Instant) -> Result<(Vec<f64>, usize)> {
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    client.connect((Ipv4Addr::LOCALHOST, port)).await?;
    let (mut times, mut lost) = (Vec::new(), 0);
    let mut buffer = [0; 64];
    while start.elapsed() < SPAN {
        let asked = Instant::now();
        client.send(b"Hello.").await?;
        match timeout(PATIENCE, client.recv(&mut buffer)).await {
            Ok(received) => {
                received?;
                times.push(asked.elapsed().as_secs_f64() * 1e6);
            }
            Err(_) => lost += 1,
        }
    }
    Ok((times, lost))
}
