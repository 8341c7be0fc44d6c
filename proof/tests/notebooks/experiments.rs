//! What learners do besides running the notebooks' cells. The kernels' speed-ups must not get in
//! their way.

use crate::common::{self, Opened, free_port};

use std::fs;

use installation::tutorial::repository;
use kernel_client::kernel::Kernel;
use proof::pair::{self, SETUP, SETUPS};
use tempfile::TempDir;

/// A kernel in the notebooks' folder.
async fn kernel(environment: &[(&str, &str)]) -> Kernel {
    let folder = repository().join("notebooks");
    Kernel::start(&common::prepared().jupyter_path(), &folder, environment).await.unwrap()
}

async fn shows(kernel: &mut Kernel, code: &str) -> String {
    kernel.run(code).await.unwrap().to_string()
}

#[tokio::test]
async fn variables_need_no_types_and_std_has_completion_and_documentation() {
    let mut kernel = kernel(&[]).await;
    let defined = "use std::net::UdpSocket;\n\
                   let socket = UdpSocket::bind((\"127.0.0.1\", 0))?;\n\
                   let ports = [socket.local_addr()?.port()].to_vec();\n\
                   let greeting = \"Hello.\".chars().rev().collect::<String>();";
    assert_eq!(shows(&mut kernel, defined).await, "");
    let used = "println!(\"{} {greeting}\", ports.len() + usize::from(ports[0] == 0));";
    assert_eq!(shows(&mut kernel, used).await, "1 .olleH\n");
    let completions = kernel.complete("socket.send").await.unwrap();
    assert!(completions.iter().any(|name| name.starts_with("send_to")), "{completions:?}");
    let documentation = kernel.inspect("UdpSocket::bind").await.unwrap();
    assert!(documentation.contains("Creates a UDP socket"), "{documentation}");
    kernel.shut_down().await.unwrap();
}

#[tokio::test]
async fn without_a_network_the_set_up_cell_works_and_the_error_names_a_missing_crate() {
    let offline = [("CARGO_HTTP_PROXY", "http://127.0.0.1:9"), ("CARGO_NET_RETRY", "0")];
    let mut kernel = kernel(&offline).await;
    let server = pair::article().unwrap().server;
    let setup = server.code_cell(SETUP).unwrap();
    assert_eq!(shows(&mut kernel, &setup.source).await, setup.recorded.to_string());
    let shown = shows(&mut kernel, ":dep base62 = \"2\"").await;
    assert!(shown.contains("base62") && shown.contains("Could not connect"), "{shown}");
    assert_eq!(shows(&mut kernel, "println!(\"It goes on.\");").await, "It goes on.\n");
    kernel.shut_down().await.unwrap();
}

#[tokio::test]
#[ignore = "downloads a small crate"]
async fn the_kernel_downloads_a_missing_crate() {
    let empty = tempfile::tempdir().unwrap();
    let mut kernel = kernel(&[("CARGO_HOME", empty.path().to_str().unwrap())]).await;
    let code = ":dep itoa = \"1\"\nprintln!(\"{}\", itoa::Buffer::new().format(49152));";
    assert_eq!(shows(&mut kernel, code).await, "49152\n");
    kernel.shut_down().await.unwrap();
}

#[tokio::test]
async fn functions_in_the_cells_accept_what_a_learner_may_try() {
    let mut learner = common::open_lab("wire", free_port()).await;
    for step in learner.steps() {
        if step.is_setup() || step.id.starts_with("wire") {
            learner.take(&step).await.unwrap();
        }
    }
    // Without a checksum, which IPv4 permits, and shorter than both headers.
    let code = "let mut without = hello.clone();\n\
                without[26..28].fill(0);\n\
                println!(\"{} {}\", fits(&without), fits(&hello[..25]));";
    assert_eq!(shows(&mut learner.client.kernel, code).await, "true false\n");
    learner.close().await;

    let mut learner = defined("loss", "loss-check").await;
    let shown = learner.client.kernel.run("transfer(|_| 0)?;").await.unwrap();
    assert_eq!(shown.stdout, "Exercise: not met.\n", "{shown}");
    learner.close().await;

    // A name with its final dot.
    let mut learner = defined("dns", "dns-query").await;
    let code = "println!(\"{}\", query(7, \"example.org.\", 1)? == query(7, \"example.org\", 1)?);";
    assert_eq!(shows(&mut learner.client.kernel, code).await, "true\n");
    learner.close().await;
}

/// A learner who has run a lab's set-up cells and the client's cell `id`.
async fn defined(lab: &str, id: &str) -> Opened {
    let mut learner = common::open_lab(lab, free_port()).await;
    for id in [SETUPS[0], SETUPS[1], id] {
        learner.client.run(id).await.unwrap();
    }
    learner
}

/// A clone whose helper crate is `source`, and a kernel in the clone's folder of notebooks.
async fn clone_with(source: &str) -> (TempDir, Kernel) {
    let clone = tempfile::tempdir().unwrap();
    let manifest = "package = { name = \"udp_tutorial\", edition = \"2024\" }\nworkspace = {}\n";
    fs::write(clone.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(clone.path().join("src")).unwrap();
    fs::create_dir(clone.path().join("notebooks")).unwrap();
    fs::write(clone.path().join("src/lib.rs"), source).unwrap();
    let jupyter_path = common::prepared().jupyter_path();
    let kernel = Kernel::start(&jupyter_path, &clone.path().join("notebooks"), &[]).await.unwrap();
    (clone, kernel)
}

const OWN_SETUP: &str = ":dep udp_tutorial = { path = \"..\" }\nuse udp_tutorial::reply;";

#[tokio::test]
async fn the_next_cell_picks_up_an_edit_of_the_helper_crate() {
    let (clone, mut kernel) = clone_with("pub fn reply() -> u32 { 1 }").await;
    assert_eq!(shows(&mut kernel, OWN_SETUP).await, "");
    assert_eq!(shows(&mut kernel, "println!(\"{}\", reply());").await, "1\n");
    fs::write(clone.path().join("src/lib.rs"), "pub fn reply() -> u32 { 2 }").unwrap();
    assert_eq!(shows(&mut kernel, "println!(\"{}\", reply());").await, "2\n");
    kernel.shut_down().await.unwrap();
}

#[tokio::test]
async fn the_set_up_cell_shows_a_broken_helper_crate_which_can_be_fixed() {
    let (clone, mut kernel) = clone_with("pub fn reply() -> u32 { \"many\" }").await;
    let shown = shows(&mut kernel, OWN_SETUP).await;
    assert!(shown.contains("mismatched types"), "{shown}");
    fs::write(clone.path().join("src/lib.rs"), "pub fn reply() -> u32 { 3 }").unwrap();
    assert_eq!(shows(&mut kernel, OWN_SETUP).await, "");
    assert_eq!(shows(&mut kernel, "println!(\"{}\", reply());").await, "3\n");
    kernel.shut_down().await.unwrap();
}
