//! The lab *ipv6* under other IPv6 configurations, each in its own network namespace.
#![cfg(target_os = "linux")]

use crate::common::{self, Opened, free_port};
use crate::namespace::is_inside;

use installation::tutorial::Side;
use proof::compare::{NO_IPV6, has_ipv6};

/// Runs the set-up cells and those of the lab.
async fn play() -> Opened {
    let mut learner = common::open_lab("ipv6", free_port()).await;
    for step in learner.steps() {
        if step.is_setup() || step.id.starts_with("ipv6") {
            learner.take(&step).await.unwrap();
        }
    }
    learner
}

#[tokio::test]
#[ignore = "needs root"]
async fn without_ipv6_each_cell_says_so_and_ends() {
    let none = "ip link set lo up; echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6";
    if is_inside("ipv6::without_ipv6_each_cell_says_so_and_ends", none) {
        assert!(!has_ipv6());
        let mut learner = play().await;
        learner.compare().unwrap();
        for (side, times) in [(Side::Server, 1), (Side::Client, 3)] {
            let run = learner.side(side).run.iter();
            assert_eq!(run.filter(|(_, shown)| shown.stdout == NO_IPV6).count(), times);
        }
        learner.close().await;
    }
}

#[tokio::test]
#[ignore = "needs root"]
async fn with_a_route_the_member_hears_the_group() {
    let route = "ip link set lo up; ip -6 route add ff11::/16 dev lo";
    if is_inside("ipv6::with_a_route_the_member_hears_the_group", route) {
        let learner = play().await;
        let shown = learner.client.run.iter().find(|(id, _)| id == "ipv6-group").unwrap();
        assert!(shown.1.stdout.ends_with("\nIt hears 6 bytes from ::1\n"), "{}", shown.1);
        learner.close().await;
    }
}
