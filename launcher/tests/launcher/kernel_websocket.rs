//! A page connects to a kernel that does not answer yet, for example after a restart.
#![cfg(target_os = "linux")] // finds the processes in /proc

use crate::common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use harness::running::Running;

/// Asks JupyterLab for a WebSocket connection to a kernel.
fn ask(lab: &Running, kernel: &str) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", lab.api.port)).unwrap();
    let session = uuid::Uuid::new_v4().simple();
    write!(
        connection,
        "GET /api/kernels/{kernel}/channels?session_id={session} HTTP/1.1\r\n\
         Host: 127.0.0.1:{}\r\n\
         Authorization: token {}\r\n\
         Connection: Upgrade\r\n\
         Upgrade: websocket\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
         Sec-WebSocket-Version: 13\r\n\r\n",
        lab.api.port, lab.api.token
    )
    .unwrap();
    connection
}

/// Whether JupyterLab grants the connection before the deadline.
fn is_granted(connection: &mut TcpStream, deadline: Duration) -> bool {
    const GRANTED: &[u8] = b"HTTP/1.1 101 ";
    let mut reply = [0; GRANTED.len()];
    connection.set_read_timeout(Some(deadline)).unwrap();
    connection.read_exact(&mut reply).is_ok() && reply == GRANTED
}

/// By default, Jupyter would ask a silent kernel again and again, which makes the kernel exit.
#[test]
fn a_page_is_connected_once_the_kernel_answers() {
    let lab = common::start(&[]);
    let session = lab.api.open("notebooks/server.ipynb").unwrap();
    let session: Value = serde_json::from_str(&session).unwrap();
    let kernel = session["kernel"]["id"].as_str().unwrap();
    assert!(is_granted(&mut ask(&lab, kernel), common::DEADLINE));

    lab.signal_kernels(Signal::SIGSTOP);
    let mut page = ask(&lab, kernel);
    assert!(!is_granted(&mut page, Duration::from_secs(1)), "the kernel has not answered");
    lab.signal_kernels(Signal::SIGCONT);
    assert!(is_granted(&mut page, common::DEADLINE));
}
