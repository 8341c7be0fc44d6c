//! Both notebooks in real kernels: every cell, in a learner's order, against what is recorded.

use crate::common::{self, notebooks};

use std::process::Command;

use launcher::tutorial::repository;
use proof::learner::{self, Learner, Step};
use proof::notebook::Notebook;

#[tokio::test]
async fn every_cell_shows_what_is_recorded() {
    let (server, client) = notebooks();
    learner::check(&common::prepared().jupyter_path(), server, client).await.unwrap();
}

#[tokio::test]
async fn a_stock_kernel_opens_both_notebooks() {
    let stock = common::stock_kernel();
    let (server, client) = notebooks();
    let port = learner::free_port();
    let mut learner = Learner::open(stock.path(), server, client, port).await.unwrap();
    for step in learner.steps().iter().take_while(|step| step.id != "silence") {
        learner.take(step).await.unwrap();
    }
    // Part 2 takes the crates that std has not from the helper crate.
    let shown = learner.client.kernel.run("let dice = fastrand::u8(1..=6);").await.unwrap();
    assert!(!shown.has_failed(), "{shown}");
    let shown = learner.client.kernel.run("Err(anyhow::anyhow!(\"so it ends\"))?;").await.unwrap();
    assert_eq!(shown.stderr, "so it ends\n");
    learner.close().await.unwrap();
}

/// In how many parts, beside each other, the labs run in another order.
const PARTS: usize = 3;

#[tokio::test]
async fn labs_run_in_any_order_and_again_part_1() {
    labs_run_in_any_order_and_again(0).await;
}

#[tokio::test]
async fn labs_run_in_any_order_and_again_part_2() {
    labs_run_in_any_order_and_again(1).await;
}

#[tokio::test]
async fn labs_run_in_any_order_and_again_part_3() {
    labs_run_in_any_order_and_again(2).await;
}

/// From the last lab to the first, each twice, right after the set-up cells: every third one.
async fn labs_run_in_any_order_and_again(part: usize) {
    let mut learner = common::open(learner::free_port()).await;
    let steps = learner.steps();
    let (setups, rest): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.is_setup());
    for setup in setups {
        learner.take(setup).await.unwrap();
    }
    // A lab is the cells whose ids start with its name; within one, the order stays.
    let name = |step: &Step| step.id.split("-").next().unwrap().to_string();
    let mut labs: Vec<Vec<&Step>> = Vec::new();
    for step in rest {
        match labs.iter_mut().find(|lab| name(lab[0]) == name(step)) {
            Some(lab) => lab.push(step),
            None => labs.push(vec![step]),
        }
    }
    assert!(labs.len() > 8, "{} labs", labs.len());
    for lab in labs.iter().skip(part).step_by(PARTS).rev() {
        for _ in 0..2 {
            for step in lab {
                learner.take(step).await.unwrap();
            }
        }
    }
    learner.compare().unwrap();
    learner.close().await.unwrap();
}

#[tokio::test]
async fn every_change_that_a_try_suggests_shows_what_its_answer_says() {
    let mut learner = common::open(learner::free_port()).await;
    learner.server.lose_patience(3, 60);
    let mut tries = Vec::new();
    for (on_server, side) in [(true, &learner.server), (false, &learner.client)] {
        for cell in side.notebook.code_cells() {
            let changes = cell.own.tries.clone().into_iter();
            tries.extend(changes.map(|one| (on_server, cell.id.to_string(), one)));
        }
    }
    assert!(tries.len() >= 10, "{} tries", tries.len());
    let steps = learner.steps();
    for (on_server, id, one) in tries {
        for setup in steps.iter().filter(|step| step.is_setup()) {
            learner.take(setup).await.unwrap();
        }
        let done = learner.attempt(on_server, &id, &one).await;
        done.unwrap_or_else(|error| panic!("the Try of {}: {error:#}", one.text));
    }
    learner.close().await.unwrap();
}

#[test]
fn every_solution_meets_its_exercise_and_no_exercise_is_met_as_given() {
    let (server, client) = notebooks();
    let mut labs = Vec::new();
    for notebook in [&server, &client] {
        let cells = notebook.code_cells();
        let shows = |id: &str| {
            let cell = notebook.code_cell(id).unwrap_or_else(|error| panic!("{error}"));
            cell.recorded.to_string()
        };
        for lab in cells.iter().filter_map(|cell| cell.id.strip_suffix("-exercise")) {
            assert_eq!(shows(&format!("{lab}-exercise")), "Exercise: not met.\n", "{lab}");
            assert_eq!(shows(&format!("{lab}-solution")), "Exercise: met.\n", "{lab}");
            labs.push(lab.to_string());
        }
    }
    labs.sort();
    let all = "bad-network broadcast dns edges flood ipv6 loss multicast pace silence tcp wire";
    assert_eq!(labs, all.split(' ').collect::<Vec<_>>());
}

/// What is said of the client's cell `hello` with other code, when only it runs.
async fn complaint_about(learner: &mut Learner, code: &str) -> String {
    learner.client.notebook.set_source("hello", code).unwrap();
    let error = learner.client.run("hello").await.err().expect("the cell is broken");
    complaint(&error)
}

fn complaint(error: &anyhow::Error) -> String {
    let complaint = format!("{error:#}");
    assert!(complaint.contains("cell hello of client.ipynb"), "{complaint}");
    complaint
}

#[tokio::test]
async fn each_fault_of_a_cell_is_found() {
    let mut learner = common::open(learner::free_port()).await;
    let steps = learner.steps();
    for setup in steps.iter().filter(|step| step.is_setup()) {
        learner.take(setup).await.unwrap();
    }
    let with_an_error = "UdpSocket::bind((\"192.0.2.1\", 0))?;";
    let found = complaint_about(&mut learner, with_an_error).await;
    assert!(found.contains("os error"), "{found}");
    let found = complaint_about(&mut learner, "panic!(\"so it panics\");").await;
    assert!(found.contains("so it panics"), "{found}");
    let found = complaint_about(&mut learner, "let length: usize = \"many\";").await;
    assert!(found.contains("mismatched types"), "{found}");

    // It asks as the real cell does, and says something else.
    let code = "let client = UdpSocket::bind((HOST, 0))?;\n\
                client.send_to(b\"Hello.\", (HOST, PORT))?;\n\
                client.recv_from(&mut [0; BUFFER_SIZE])?;\n\
                println!(\"Something else.\");";
    learner.client.notebook.set_source("hello", code).unwrap();
    let hello = steps.iter().find(|step| step.id == "hello").unwrap();
    let done = learner.take(hello).await.and_then(|()| learner.compare());
    let found = complaint(&done.expect_err("another output"));
    assert!(found.contains("Something else."), "{found}");
    learner.close().await.unwrap();
}

#[test]
fn the_files_are_as_jupyter_writes_them() {
    let python = common::prepared().venv_program("python");
    for name in ["server", "client"] {
        let path = repository().join(format!("notebooks/{name}.ipynb"));
        let script = "import nbformat, sys\n\
                      book = nbformat.read(sys.argv[1], as_version=4)\n\
                      nbformat.validate(book)\n\
                      sys.stdout.buffer.write((nbformat.writes(book) + '\\n').encode())";
        let written = Command::new(&python).args(["-c", script]).arg(&path).output().unwrap();
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        let file = std::fs::read_to_string(&path).unwrap();
        assert_eq!(String::from_utf8(written.stdout).unwrap(), file, "{name}.ipynb by Jupyter");
        assert_eq!(Notebook::read(&path).unwrap().to_text().unwrap(), file, "{name}.ipynb by us");
        assert!(!file.contains("iopub.execute_input"), "{name}.ipynb holds execution times");
    }
}
