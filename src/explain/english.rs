//! What the lines say in English.

use std::io;

use super::{Cause, name};

/// The cause, with std's name for it, and what to do.
#[expect(clippy::too_many_lines, reason = "a table, with an entry for each cause")]
pub(super) fn line(cause: Cause, error: &io::Error, address: &str) -> String {
    let (cause, remedy) = match cause {
        Cause::AddressInUse => (
            "the address is in use",
            format!(
                "another server cell, program or user of this computer already has {address}, \
                 and would answer your client; press ■ in that notebook, or change PORT in \
                 both notebooks"
            ),
        ),
        Cause::NoSuchAddress => (
            "this machine has no such address",
            "set HOST to 127.0.0.1, or to the address of one of this machine's interfaces".into(),
        ),
        Cause::Refused => (
            "refused, because nothing is listening there",
            "run the server cell first, then this cell again".into(),
        ),
        Cause::Reset => (
            "the other side reset the connection",
            "run the server cell, then this cell again".into(),
        ),
        Cause::RefusedEarlier => (
            "an earlier message was refused, because nothing is listening there any more",
            "run the server cell, then this cell again".into(),
        ),
        Cause::Closed => (
            "the other side closed the connection",
            "run the cell on the other side, then this cell again".into(),
        ),
        Cause::PortReserved => (
            "another program has exclusive use of the port, or Windows has reserved it",
            format!(
                "stop the server cell (with ■) or the program that has {address}, or change \
                 PORT in both notebooks"
            ),
        ),
        Cause::PortNotAllowed => (
            "the system does not allow it",
            "a port below 1024 needs administrator rights; change PORT in both notebooks".into(),
        ),
        Cause::Filtered => {
            ("a router or a firewall refused an earlier datagram", "check HOST and PORT".into())
        }
        Cause::NotAllowed => (
            "the system does not allow it",
            "to send to a broadcast address, call set_broadcast(true) first; for any other \
             address, check this machine's firewall"
                .into(),
        ),
        Cause::NoDatagram => (
            "no datagram came in time",
            "the server is not running, or a datagram was lost, and UDP does not say which; \
             run the server cell, then this cell again"
                .into(),
        ),
        Cause::TimedOut => (
            "the call timed out",
            "the other side is silent or unreachable; run the server cell, then this cell \
             again"
                .into(),
        ),
        Cause::Unreachable => (
            "a router or this machine reports that the address cannot be reached",
            "check HOST; on the loopback interface, suspect a firewall".into(),
        ),
        Cause::NotSendable => (
            "this datagram cannot be sent",
            "check HOST and PORT; you cannot send to port 0 or to an invalid address".into(),
        ),
        Cause::TooLongForPath => (
            "a router reports that an earlier datagram was too long",
            "send less, or split the message".into(),
        ),
        Cause::TooLongForBuffer => (
            "the datagram is longer than the buffer",
            "the rest is lost; use a larger buffer".into(),
        ),
        Cause::TooLongToSend => {
            let over =
                if address.starts_with('[') { "IPv6 holds 65,527" } else { "IPv4 holds 65,507" };
            let remedy = format!(
                "a datagram over {over} bytes at most, and some systems set a lower limit; \
                 send less, or split the message"
            );
            ("the message is too long", remedy)
        }
        Cause::Other => return format!("{error} ({}); check HOST and PORT", name(error)),
    };
    format!("{cause} ({}): {remedy}", name(error))
}
