//! A file of packets that Wireshark and tcpdump can open.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};

/// The link type of packets that begin with an IP header (`LINKTYPE_RAW`).
const RAW_IP: u32 = 101;

/// The longest packet, in bytes: IP's length field has 16 bits.
const LONGEST: usize = 65_535;

/// Writes `packets`, each with its time of capture, to the file `path` in pcap format
/// (`draft-ietf-opsawg-pcap`), and returns the absolute path. Each packet begins with its IP
/// header. Creates the folder if it is missing, and replaces an existing file.
///
/// # Errors
///
/// A packet is longer than 65,535 bytes, a time is outside the format's range (1970 to 2106), or
/// the file cannot be written.
pub fn write(path: impl AsRef<Path>, packets: &[(SystemTime, Vec<u8>)]) -> Result<PathBuf> {
    let path = std::path::absolute(path.as_ref())?;
    // Magic number, version 2.4, two fields that are always 0, longest packet, link type.
    let head = [0xa1b2_c3d4, 2 | 4 << 16, 0, 0, LONGEST as u32, RAW_IP];
    let mut bytes: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
    for (time, packet) in packets {
        let length = packet.len();
        ensure!(length <= LONGEST, "a packet has {length} bytes: the maximum is {LONGEST}");
        let time = time.duration_since(UNIX_EPOCH)?;
        let seconds = time.as_secs().try_into().context("a packet's time is after 2106")?;
        // The packet is captured whole, so both lengths are the same.
        let record = [seconds, time.subsec_micros(), length as u32, length as u32];
        bytes.extend(record.into_iter().flat_map(u32::to_le_bytes));
        bytes.extend(packet);
    }
    let folder = path.parent().context("the path has no parent folder: give the path of a file")?;
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

    /// Reads a file of packets as any program that knows the format would.
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
        fn written_packets_can_be_read_back(
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
    fn bad_packets_are_refused_and_the_existing_file_is_kept() {
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
