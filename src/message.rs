//! The messages that server and client exchange, byte for byte those of the Python programs.

use anyhow::{Context, Result};

/// The client's message: 6 bytes of ASCII.
pub const GREETING: &str = "Hello.";

/// The most bytes of a datagram that an error shows.
const SHOWN: usize = 64;

/// The server's reply to its `count`th datagram, counted from 1: 19 bytes of ASCII for a one-digit
/// count, and one more for each further digit.
///
/// ```
/// assert_eq!(udp_tutorial::message::reply(1), "Server accessed.(1)");
/// ```
pub fn reply(count: u64) -> String {
    format!("Server accessed.({count})")
}

/// Received bytes as text that is safe to print: printable ASCII stays, everything else is escaped.
/// The underscore in `EVCXR_` is escaped too, since the notebooks' kernel obeys
/// `EVCXR_BEGIN_CONTENT` and similar commands anywhere in a line that a cell prints.
///
/// ```
/// use udp_tutorial::message::text;
///
/// assert_eq!(text(b"Hello.\n"), "Hello.\\n");
/// assert_eq!(text(b"EVCXR_END_CONTENT"), "EVCXR\\x5fEND_CONTENT");
/// ```
pub fn text(datagram: &[u8]) -> String {
    datagram.escape_ascii().to_string().replace("EVCXR_", "EVCXR\\x5f")
}

/// The count in a reply: the inverse of [`reply`].
///
/// # Errors
///
/// The datagram is not one that [`reply`] produces: anybody can send one. The error shows its
/// length and its first 64 bytes.
///
/// ```
/// use udp_tutorial::message::parse_reply;
///
/// assert_eq!(parse_reply(b"Server accessed.(12)")?, 12);
/// let error = parse_reply(b"caf\xc3\xa9").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"not a reply: expected "Server accessed.(N)", received 5 bytes: "caf\xc3\xa9""#
/// );
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn parse_reply(datagram: &[u8]) -> Result<u64> {
    let count = || -> Option<u64> {
        let reply_text = std::str::from_utf8(datagram).ok()?;
        let digits = reply_text.strip_prefix("Server accessed.(")?.strip_suffix(')')?;
        let count = digits.parse().ok()?;
        // `parse` also accepts "+1" and "01", which no server sends.
        (reply(count) == reply_text).then_some(count)
    };
    count().with_context(|| {
        format!(
            "not a reply: expected \"Server accessed.(N)\", received {} bytes: \"{}\"{}",
            datagram.len(),
            text(&datagram[..datagram.len().min(SHOWN)]),
            if datagram.len() > SHOWN { "…" } else { "" },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reply_parses_back() {
        for count in [0, 1, 9, 10, 999, u64::MAX] {
            assert_eq!(parse_reply(reply(count).as_bytes()).unwrap(), count);
        }
    }

    #[test]
    fn the_first_reply_is_19_bytes() {
        assert_eq!((GREETING.len(), reply(1).len()), (6, 19));
    }

    #[test]
    fn messages_that_no_server_sends_are_refused() {
        let refused: [&[u8]; 9] = [
            b"",
            b"Hello.",
            b"Server accessed.()",
            b"Server accessed.(+1)",
            b"Server accessed.(01)",
            b"Server accessed.(-1)",
            b"Server accessed.(1) ",
            b"Server accessed.(18446744073709551616)",
            b"Server accessed.(\xff)",
        ];
        for datagram in refused {
            let error = parse_reply(datagram).unwrap_err().to_string();
            assert!(error.contains(&datagram.escape_ascii().to_string()), "{error}");
        }
    }

    #[test]
    fn the_error_shows_the_start_of_a_long_datagram() {
        let error = parse_reply(&[b'x'; 65_507]).unwrap_err().to_string();
        assert!(error.contains("received 65507 bytes"), "{error}");
        assert!(error.ends_with(&format!("\"{}\"…", "x".repeat(SHOWN))), "{error}");
    }
}
