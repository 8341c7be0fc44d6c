//! All notebooks in real kernels: every cell, in a learner's order, against its recorded output.

use crate::common::{self, free_port};

use std::process::Command;

use installation::tutorial::{Side, Tutorial, repository};
use proof::learner::Learner;
use proof::notebook::Notebook;
use proof::pair::{self, SETUPS, Step};
use proof::record;

#[tokio::test]
async fn every_cell_shows_its_recorded_output() {
    for pair in pair::in_all_languages().unwrap() {
        record::check(&common::prepared().jupyter_path(), pair).await.unwrap();
    }
}

#[tokio::test]
async fn a_stock_kernel_opens_every_pair() {
    let stock = common::stock_kernel();
    let article = pair::article().unwrap();
    let mut learner = Learner::open(stock.path(), article, free_port()).await.unwrap();
    for step in learner.steps() {
        learner.take(&step).await.unwrap();
    }
    // In the article's kernels, so that each side compiles each crate only once.
    for pair in pair::in_all_languages().unwrap().into_iter().skip(1) {
        for side in Side::BOTH {
            for id in SETUPS {
                let Ok(cell) = pair.notebook(side).code_cell(id) else { continue };
                let code = cell.source;
                let shown = learner.side(side).kernel.run(&code).await.unwrap();
                assert!(!shown.has_failed(), "{}, {side:?}, {id}:\n{shown}", pair.part.name);
            }
        }
    }
    // Cells get third-party crates from the labs' crate.
    let dice = "let dice = udp_labs::fastrand::u8(1..=6);";
    let shown = learner.client.kernel.run(dice).await.unwrap();
    assert!(!shown.has_failed(), "{shown}");
    let error = "Err(anyhow::anyhow!(\"so it ends\"))?;";
    let shown = learner.client.kernel.run(error).await.unwrap();
    assert_eq!(shown.stderr, "so it ends\n");
    learner.close().await.unwrap();
}

/// Parts whose labs run in another order below. Each has its own test, so that they run in parallel.
const IN_ANOTHER_ORDER: [&str; 5] = ["datagrams", "networks", "many", "protocols", "identity"];

#[tokio::test]
async fn labs_run_in_any_order_and_again_in_datagrams() {
    labs_run_in_any_order_and_again("datagrams").await;
}

#[tokio::test]
async fn labs_run_in_any_order_and_again_in_networks() {
    labs_run_in_any_order_and_again("networks").await;
}

#[tokio::test]
async fn labs_run_in_any_order_and_again_in_many() {
    labs_run_in_any_order_and_again("many").await;
}

#[tokio::test]
async fn labs_run_in_any_order_and_again_in_protocols() {
    labs_run_in_any_order_and_again("protocols").await;
}

#[tokio::test]
async fn labs_run_in_any_order_and_again_in_identity() {
    labs_run_in_any_order_and_again("identity").await;
}

#[test]
fn every_part_with_labs_has_a_test_of_their_order() {
    let pairs = pair::all().unwrap();
    let parts: Vec<&str> = pairs[1..].iter().map(|pair| pair.part.name.as_str()).collect();
    assert_eq!(parts, IN_ANOTHER_ORDER, "a new part needs a test of its labs' order");
}

/// After the set-up cells, runs the labs from last to first, each step twice.
async fn labs_run_in_any_order_and_again(part: &str) {
    let pairs = pair::all().unwrap();
    let pair = pairs.into_iter().find(|pair| pair.part.name == part);
    let mut learner = common::open(pair.expect("the manifest has no such part"), free_port()).await;
    let steps = learner.steps();
    for setup in steps.iter().filter(|step| step.is_setup()) {
        learner.take(setup).await.unwrap();
    }
    for lab in learner.part.sections.clone().iter().rev() {
        let own: Vec<&Step> = steps.iter().filter(|step| step.id.starts_with(&lab.id)).collect();
        assert!(!own.is_empty(), "{} has no cells", lab.id);
        for step in own.repeat(2) {
            learner.take(step).await.unwrap();
        }
    }
    learner.compare().unwrap();
    learner.close().await;
}

#[tokio::test]
async fn each_change_that_a_try_suggests_shows_what_its_answer_says() {
    let mut made = 0;
    for pair in pair::in_all_languages().unwrap() {
        let mut tries = Vec::new();
        for side in Side::BOTH {
            for cell in pair.notebook(side).code_cells() {
                let changes = cell.own.tries.clone().into_iter();
                tries.extend(changes.map(|one| (side, cell.id.to_string(), one)));
            }
        }
        let mut learner = common::open(pair, free_port()).await;
        learner.server.lose_patience(15, 60);
        let steps = learner.steps();
        made += tries.len();
        for (side, id, one) in tries {
            for setup in steps.iter().filter(|step| step.is_setup()) {
                learner.take(setup).await.unwrap();
            }
            let done = learner.attempt(side, &id, &one).await;
            done.unwrap_or_else(|error| panic!("the Try of {}: {error:#}", one.text));
        }
        learner.close().await;
    }
    assert!(made >= 10, "{made} tries");
}

#[test]
fn every_solution_meets_its_exercise_and_no_exercise_starts_out_met() {
    let pairs = pair::all().unwrap();
    let mut labs = Vec::new();
    let sides = pairs.iter().flat_map(|pair| Side::BOTH.map(|side| pair.notebook(side)));
    for notebook in sides {
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
    let sections = pairs[1..].iter().flat_map(|pair| &pair.part.sections);
    let mut all: Vec<&str> = sections.map(|section| section.id.as_str()).collect();
    all.sort_unstable();
    assert_eq!(labs, all, "each lab needs one exercise");
}

/// The error when the client's cell `hello` runs alone with other code.
async fn complaint_about(learner: &mut Learner, code: &str) -> String {
    learner.client.notebook.set_source("hello", code).unwrap();
    let error = learner.client.run("hello").await.err().expect("a broken cell must fail");
    complaint(&error)
}

fn complaint(error: &anyhow::Error) -> String {
    let complaint = format!("{error:#}");
    assert!(complaint.contains("cell hello of client.ipynb"), "{complaint}");
    complaint
}

#[tokio::test]
async fn each_kind_of_fault_in_a_cell_is_found() {
    let mut learner = common::open(pair::article().unwrap(), free_port()).await;
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

    // This code asks as the real cell does, but prints something else.
    let code = "let client = UdpSocket::bind((HOST, 0))?;\n\
                client.send_to(b\"Hello.\", (HOST, PORT))?;\n\
                client.recv_from(&mut [0; BUFFER_SIZE])?;\n\
                println!(\"Something else.\");";
    learner.client.notebook.set_source("hello", code).unwrap();
    let hello = steps.iter().find(|step| step.id == "hello").unwrap();
    let done = learner.take(hello).await.and_then(|()| learner.compare());
    let found = complaint(&done.expect_err("the check must reject other output"));
    assert!(found.contains("Something else."), "{found}");
    learner.close().await;
}

#[test]
fn the_files_are_as_jupyter_writes_them() {
    let python = common::prepared().venv_program("python");
    for path in Tutorial::read(&repository()).unwrap().notebooks() {
        let (name, path) = (path.as_str(), repository().join(&path));
        let script = "import nbformat, sys\n\
                      book = nbformat.read(sys.argv[1], as_version=4)\n\
                      nbformat.validate(book)\n\
                      sys.stdout.buffer.write((nbformat.writes(book) + '\\n').encode())";
        let written = Command::new(&python).args(["-c", script]).arg(&path).output().unwrap();
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        let file = std::fs::read_to_string(&path).unwrap();
        assert_eq!(String::from_utf8(written.stdout).unwrap(), file, "{name} as Jupyter writes it");
        assert_eq!(
            Notebook::read(&path).unwrap().to_text().unwrap(),
            file,
            "{name} as `cargo proof` writes it"
        );
        assert!(!file.contains("iopub.execute_input"), "{name} contains execution times");
    }
}
