//! A file of packets that Wireshark and tcpdump open.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};

/// What the packets begin with: an IP header (`LINKTYPE_RAW`).
const RAW_IP: u32 = 101;

/// The longest packet: IP's length has 16 bits.
const LONGEST: usize = 65_535;

/// Writes `packets`, each with the time when it passed, to the file `path` in pcap's own format
/// (`draft-ietf-opsawg-pcap`), and returns the path in full. Each packet begins with its IP
/// header. The folder is made where it is missing, and a file that is there is replaced.
///
/// # Errors
///
/// A packet is longer than 65,535 bytes, a time does not fit into the format (1970 to 2106), or
/// the file cannot be written.
pub fn write(path: impl AsRef<Path>, packets: &[(SystemTime, Vec<u8>)]) -> Result<PathBuf> {
    let path = std::path::absolute(path.as_ref())?;
    // The magic number, version 2.4, two fields that are always zero, the longest, what they are.
    let head = [0xa1b2_c3d4, 2 | 4 << 16, 0, 0, LONGEST as u32, RAW_IP];
    let mut bytes: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
    for (time, packet) in packets {
        let length = packet.len();
        ensure!(length <= LONGEST, "a packet of {length} bytes: {LONGEST} are the most");
        let time = time.duration_since(UNIX_EPOCH)?;
        let seconds = time.as_secs().try_into().context("the time is after 2106")?;
        // Captured whole: the two lengths are the same.
        let record = [seconds, time.subsec_micros(), length as u32, length as u32];
        bytes.extend(record.into_iter().flat_map(u32::to_le_bytes));
        bytes.extend(packet);
    }
    let folder = path.parent().context("the file has no folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, bytes))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    /// Reads a file of packets, as any program does that knows the format.
    fn read(path: &Path) -> Vec<(u32, u32, Vec<u8>)> {
        let bytes = fs::read(path).unwrap();
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((word(0), word(20)), (0xa1b2_c3d4, 101));
        assert_eq!(bytes[4..8], [2, 0, 4, 0]);
        let (mut at, mut packets) = (24, Vec::new());
        while at < bytes.len() {
            let length = word(at + 8) as usize;
            assert_eq!(word(at + 12) as usize, length);
            packets.push((word(at), word(at + 4), bytes[at + 16..at + 16 + length].to_vec()));
            at += 16 + length;
        }
        packets
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_written_is_read_back(
            packets in prop::collection::vec(
                (0u32.., 0u32..1_000_000, prop::collection::vec(any::<u8>(), 0..200)),
                0..20,
            ),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let time = |seconds: u32, micros: u32| {
                UNIX_EPOCH + Duration::new(seconds.into(), micros * 1_000)
            };
            let given: Vec<_> = packets.iter().map(|(s, m, p)| (time(*s, *m), p.clone())).collect();
            let path = write(folder.path().join("new/capture.pcap"), &given).unwrap();
            prop_assert!(path.is_absolute());
            prop_assert_eq!(read(&path), packets);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_a_file_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("capture.pcap");
        let one = |time, length| write(&path, &[(time, vec![0; length])]);
        let now = UNIX_EPOCH + Duration::from_secs(1);
        one(now, LONGEST).unwrap();
        for refused in [
            one(now, LONGEST + 1),
            one(UNIX_EPOCH - Duration::from_secs(1), 1),
            one(UNIX_EPOCH + Duration::from_secs(1 << 32), 1),
        ] {
            refused.unwrap_err();
        }
        assert_eq!(read(&path), [(1, 0, vec![0; LONGEST])]);
    }
}
