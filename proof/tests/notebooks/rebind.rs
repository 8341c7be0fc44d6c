//! The server that validates addresses: what each address gets before it has answered a challenge, and after.

use crate::common::{self, free_port};
use crate::peers::{self, Protocol};

use std::net::UdpSocket;
use std::time::Duration;

/// What a socket receives next.
fn next(socket: &UdpSocket, wait: Duration) -> Option<Vec<u8>> {
    socket.set_read_timeout(Some(wait)).unwrap();
    let mut buffer = [0; 64];
    socket.recv(&mut buffer).ok().map(|length| buffer[..length].to_vec())
}

#[tokio::test]
async fn ticks_go_to_an_address_that_has_answered_its_challenge() {
    const SOON: Duration = Duration::from_secs(5);
    let port = free_port();
    let mut learner = common::open_lab("rebind", port).await;
    learner.server.lose_patience(20, 60);
    for step in learner.steps().iter().filter(|step| peers::defines(step, "rebind")) {
        if step.on_server {
            let code = learner.server.code(&step.id).unwrap();
            let code = code.replace("TICKS: u32 = 8;", "TICKS: u32 = 80;"); // for a slow machine
            let shown = learner.server.kernel.run(&code).await.unwrap();
            assert!(!shown.has_failed(), "{}:\n{shown}", step.id);
        }
    }
    let code = learner.server.code("rebind-move").unwrap();
    let code = code.replace("(false)?", "(true)?");
    let mut serving = learner.server.kernel.begin(&code).await.unwrap();
    learner.server.kernel.wait_for_lines(&mut serving, 1).await.unwrap();
    let lab = Protocol::of("rebind-move", port);
    let [client, newcomer, third] = [(); 3].map(|()| lab.client());

    lab.send(&client, lab.request);
    let challenge = next(&client, SOON).expect("a challenge");
    assert!(challenge.len() <= lab.request.len() && challenge.starts_with(&lab.request[..16]));
    lab.send(&client, &[&challenge[..], b"Here."].concat());
    assert_eq!(next(&client, SOON).expect("a tick").len(), 20);

    // A copied id, then answers that are wrong, cut short, or too long.
    lab.send(&newcomer, lab.request);
    let challenge = next(&newcomer, SOON).expect("a challenge");
    let answer = [&challenge[..], b"Here."].concat();
    let mut wrong = answer.clone();
    wrong[20] ^= 1;
    for datagram in [&wrong, &answer[1..], &[&answer[..24], b"!Here."].concat(), &challenge] {
        lab.send(&newcomer, datagram);
    }
    assert_eq!(next(&newcomer, Duration::from_millis(350)), None, "not validated");
    assert!(next(&client, SOON).is_some(), "the client still gets the ticks");

    // The answer may come from anywhere, and counts for the address that was challenged.
    lab.send(&third, &answer);
    assert_eq!(next(&newcomer, SOON).expect("a tick").len(), 20);
    assert_eq!(next(&third, Duration::from_millis(150)), None);
    let shown = learner.server.kernel.finish(serving).await.unwrap();
    assert!(shown.stdout.ends_with("\nvalidated = 2\n"), "{shown}");
    learner.close().await;
}
