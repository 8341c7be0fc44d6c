//! A burst of datagrams: limited in size and time, and to this machine only.

use std::fmt::Debug;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use udp_tutorial::explain::{Concern, Explain, concern, has_no_room};

/// The most datagrams in one burst.
pub const MOST: u32 = 100_000;

/// The longest a burst may take.
pub const LONGEST: Duration = Duration::from_secs(5);

/// Sends `count` datagrams to `target`, `per_second` each second or as fast as possible. `payload`
/// makes the payload of each from its number, counted from 0. Returns how many datagrams were sent,
/// which is fewer than `count` if [`LONGEST`] ran out or the system had no room for some of them
/// (`ENOBUFS`).
///
/// ```
/// use std::net::UdpSocket;
/// use udp_labs::burst;
///
/// let server = UdpSocket::bind(("127.0.0.1", 0))?;
/// let client = UdpSocket::bind(("127.0.0.1", 0))?;
/// let sent = burst::send(&client, server.local_addr()?, 3, None, |number| vec![number as u8])?;
/// assert_eq!(sent, 3);
///
/// let error = burst::send(&client, ("192.0.2.1", 9), 3, None, |_| vec![]).unwrap_err();
/// assert!(error.to_string().contains("not on the loopback interface"));
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
///
/// `target` is not on the loopback interface (127.0.0.0/8 or ::1), `count` is over [`MOST`],
/// `per_second` is zero, or a datagram cannot be sent.
pub fn send(
    socket: &UdpSocket,
    target: impl ToSocketAddrs + Debug,
    count: u32,
    per_second: Option<u32>,
    payload: impl Fn(u32) -> Vec<u8>,
) -> Result<u32> {
    let addresses: Vec<SocketAddr> =
        target.to_socket_addrs().explain("send a burst to", &target)?.collect();
    let address = *addresses
        .first()
        .context("send a burst: the target has no address; use one in 127.0.0.0/8")?;
    ensure!(
        addresses.iter().all(|address| address.ip().is_loopback()),
        "send a burst to {address}: the address is not on the loopback interface, and a burst \
         stays on your own machine; use an address in 127.0.0.0/8"
    );
    ensure!(count <= MOST, "send a burst of {count} datagrams: the maximum is {MOST}");
    ensure!(
        per_second != Some(0),
        "send a burst at 0 per second: it would never end; send at least 1"
    );
    let start = Instant::now();
    let mut sent = 0;
    for number in 0..count {
        if let Some(rate) = per_second {
            let due = start + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
            let early = due.saturating_duration_since(Instant::now());
            // A sleep is coarser than the gap between two datagrams. Late datagrams follow at once.
            if early > Duration::from_micros(500) {
                std::thread::sleep(early);
            }
        }
        if start.elapsed() >= LONGEST {
            break;
        }
        match socket.send_to(&payload(number), address) {
            Ok(_) => sent += 1,
            // Lack of room is temporary, and an ICMP report concerns an earlier datagram.
            Err(error) if has_no_room(&error) || concern("send", &error) == Concern::Peer => {}
            Err(error) => Err(error).explain("send a burst to", address)?,
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(target: &str, count: u32, per_second: Option<u32>) -> String {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        send(&socket, target, count, per_second, |_| vec![]).unwrap_err().to_string()
    }

    #[test]
    fn only_this_machine_is_a_target() {
        // Nothing is sent to these documentation, broadcast, multicast and unspecified addresses.
        let elsewhere = ["192.0.2.1:9", "198.51.100.7:9", "[2001:db8::1]:9", "255.255.255.255:9"];
        assert!(refusal("no address", 1, None).starts_with("send a burst to \"no address\": "));
        for target in elsewhere.into_iter().chain(["224.0.0.1:9", "0.0.0.0:9", "[::]:9"]) {
            assert!(refusal(target, 1, None).contains("loopback"), "{target}");
        }
    }

    #[test]
    fn count_and_rate_are_limited() {
        assert!(refusal("127.0.0.1:9", MOST + 1, None).contains("the maximum is"));
        assert!(refusal("127.0.0.1:9", 1, Some(0)).contains("never end"));
    }

    #[cfg(target_os = "linux")] // elsewhere the loopback network may have no broadcast address
    #[test]
    fn a_burst_that_the_system_forbids_is_an_error() {
        assert!(refusal("127.255.255.255:9", 1, None).contains("set_broadcast"));
    }

    #[test]
    fn every_datagram_carries_its_number() {
        let server = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let client = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let payload = |number: u32| number.to_be_bytes().to_vec();
        let target = server.local_addr().unwrap();
        assert_eq!(send(&client, target, 50, Some(10_000), payload).unwrap(), 50);
        for number in 0..50u32 {
            let mut buffer = [0; 8];
            assert_eq!(server.recv(&mut buffer).unwrap(), 4);
            assert_eq!(buffer[..4], number.to_be_bytes());
        }
    }
}
