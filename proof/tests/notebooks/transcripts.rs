//! The transcripts in the texts: the same commands show the same, apart from what varies.

use crate::common;
use crate::namespace::is_inside;

use proof::transcripts;

#[tokio::test]
#[ignore = "needs root, for a network namespace, tcpdump and nftables"]
async fn the_systems_tools_show_what_the_texts_say() {
    let name = "transcripts::the_systems_tools_show_what_the_texts_say";
    if !is_inside(name, "ip link set lo up") {
        return;
    }
    let commands = transcripts::check(&common::prepared().jupyter_path()).await.unwrap();
    assert!(commands >= 10, "{commands} commands");
}
