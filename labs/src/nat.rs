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
    /// How many of the client's datagrams have gone to the server.
    forwarded: u32,
    /// The socket and address before a rebind. The socket stays open, so nobody else gets the port,
    /// and the server learns nothing: a NAT that has forgotten a port drops silently.
    pub(crate) forgotten: Option<(UdpSocket, SocketAddr)>,
}

impl Path {
    fn between(client: SocketAddr, server: SocketAddr) -> io::Result<Path> {
        let socket = UdpSocket::bind(("127.0.0.1", 0))?;
        socket.set_nonblocking(true)?;
        socket.connect(server)?;
        let address = socket.local_addr()?;
        Ok(Path { client, socket, address, forwarded: 0, forgotten: None })
    }

    /// Notes that one more of the client's datagrams has gone to the server. The `rebind`-th gives
    /// the client another port.
    pub(crate) fn forwarded(&mut self, server: SocketAddr, rebind: Option<u32>) {
        self.forwarded = self.forwarded.saturating_add(1);
        if rebind == Some(self.forwarded)
            && let Ok(Path { socket, address, .. }) = Path::between(self.client, server)
        {
            let before = std::mem::replace(&mut self.socket, socket);
            self.forgotten = Some((before, std::mem::replace(&mut self.address, address)));
        }
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
