//! Gives each client of a relay its own port towards the server.

use std::io;
use std::net::{SocketAddr, UdpSocket};

/// How many clients a relay serves. It drops all datagrams from others.
pub(crate) const CLIENTS: usize = 16;

/// A client, and the socket that represents it to the server.
pub(crate) struct Path {
    pub(crate) client: SocketAddr,
    pub(crate) socket: UdpSocket,
    pub(crate) address: SocketAddr,
}

impl Path {
    fn between(client: SocketAddr, server: SocketAddr) -> io::Result<Path> {
        let socket = UdpSocket::bind(("127.0.0.1", 0))?;
        socket.set_nonblocking(true)?;
        socket.connect(server)?;
        Ok(Path { client, address: socket.local_addr()?, socket })
    }
}

/// The index of a client's path in `paths`. Adds a path for a new client if there is room for it.
pub(crate) fn of(client: SocketAddr, paths: &mut Vec<Path>, server: SocketAddr) -> Option<usize> {
    let known = paths.iter().position(|path| path.client == client);
    if known.is_some() || paths.len() >= CLIENTS {
        return known;
    }
    paths.push(Path::between(client, server).ok()?);
    Some(paths.len() - 1)
}
