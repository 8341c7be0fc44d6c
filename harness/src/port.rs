//! Free ports on this machine.

use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// A port for a test, different on each call. It is below the ports that systems hand out to
/// clients. It and the next port, which the labs also use, are free for UDP and TCP.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() * 37 % u32::from(COUNT)) as u16;
    loop {
        let offset = (start + NEXT.fetch_add(2, Ordering::Relaxed)) % COUNT;
        if is_free(FIRST + offset) && is_free(FIRST + offset + 1) {
            return FIRST + offset;
        }
    }
}

/// Whether no UDP or TCP socket has the port.
pub fn is_free(port: u16) -> bool {
    let everywhere = ("0.0.0.0", port);
    UdpSocket::bind(everywhere).is_ok() && TcpListener::bind(everywhere).is_ok()
}
