//! The kernel of `cargo lab` accepts what a stock kernel accepts: the same types and completions.

use std::fs;

use installation::tutorial::repository;
use kernel_client::kernel::Kernel;
use proof::types::{FILE, with_types};

use crate::common::prepared;

#[tokio::test]
async fn kept_variables_have_the_types_that_a_stock_kernel_gives_them() {
    let wanted = fs::read_to_string(repository().join(FILE)).unwrap();
    let kept = wanted.lines().filter(|line| line.contains(" //: ")).count();
    assert!(kept > 380, "only {kept} lines have types: run `cargo proof types`");
    let given = with_types(&prepared().jupyter_path(), &wanted).await.unwrap();
    for (given, wanted) in given.lines().zip(wanted.lines()) {
        assert_eq!(given, wanted);
    }
    assert_eq!(given, wanted);
}

#[tokio::test]
async fn completion_knows_hash_maps_numbers_and_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let mut kernel = Kernel::start(&prepared().jupyter_path(), folder.path(), &[]).await.unwrap();
    kernel.run("let map = std::collections::HashMap::from([(1u8, 2u8)]);").await.unwrap();
    for (code, names) in [
        ("map.entry(1).", ["or_insert(default)", "and_modify(f)"]),
        ("map.iter().", ["max_by_key(f)", "collect()"]),
        ("5u32.", ["to_string()", "checked_add(rhs)"]),
        ("std::net::UdpSocket::bind(\"127.0.0.1:0\")?.", ["send_to(buf, addr)", "local_addr()"]),
    ] {
        let offered = kernel.complete(code).await.unwrap();
        for name in names {
            assert!(offered.iter().any(|offer| offer == name), "{code}{name}: {offered:?}");
        }
    }
    kernel.shut_down().await.unwrap();
}
