//! The clone that this launcher was built in.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};

/// The notebooks in the clone, left and right.
pub const NOTEBOOKS: [&str; 2] = ["notebooks/server.ipynb", "notebooks/client.ipynb"];

/// The clone's folder.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("launcher/ has a parent").to_path_buf()
}

/// The `PORT` of the server's notebook, if another program of this machine has that UDP port.
pub fn port_in_use(repository: &Path) -> Option<u16> {
    let notebook = fs::read_to_string(repository.join(NOTEBOOKS[0])).ok()?;
    let (_, rest) = notebook.split_once("const PORT: u16 = ")?;
    let port = rest.split_once(';')?.0.parse().ok()?;
    // Windows refuses a port that another has for itself.
    let taken = [ErrorKind::AddrInUse, ErrorKind::PermissionDenied];
    let error = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).err()?;
    taken.contains(&error.kind()).then_some(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_notebook_is_looked_at() {
        let clone = tempfile::tempdir().unwrap();
        assert_eq!(port_in_use(clone.path()), None, "there is no notebook");
        fs::create_dir(clone.path().join("notebooks")).unwrap();
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        let source = format!("\"const PORT: u16 = {port}; // the article's\\n\"");
        fs::write(clone.path().join(NOTEBOOKS[0]), source).unwrap();
        assert_eq!(port_in_use(clone.path()), Some(port));
        drop(server);
        assert_eq!(port_in_use(clone.path()), None);
    }

    #[test]
    fn the_notebook_of_this_clone_has_a_port() {
        let notebook = fs::read_to_string(repository().join(NOTEBOOKS[0])).unwrap();
        assert!(notebook.contains("const PORT: u16 = 49152;"));
    }
}
