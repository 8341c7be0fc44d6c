//! Everything that lists parts and labs, checked against the manifest.

use std::fs;

use installation::tutorial::{Side, Tutorial, repository};
use proof::lists;
use proof::minutes::Minutes;
use proof::pair::{self, SETUPS};

#[test]
fn both_notebooks_have_the_numbered_sections_of_the_manifest() {
    for pair in pair::all().unwrap() {
        let numbered = pair.part.sections.iter().zip(1..);
        let expected: Vec<String> =
            numbered.map(|(section, number)| format!("## {number} {}", section.title)).collect();
        for side in Side::BOTH {
            let text = pair.notebook(side).markdown();
            let is_numbered =
                |line: &&str| line.starts_with("## ") && line.as_bytes()[3].is_ascii_digit();
            let titles: Vec<&str> = text.lines().filter(is_numbered).collect();
            assert_eq!(titles, expected, "{}", pair.part.file(side));
        }
    }
}

#[test]
fn lists_and_minutes_are_those_of_the_manifest_and_the_formula() {
    let tutorial = Tutorial::read(&repository()).unwrap();
    let minutes = Minutes::of(&tutorial).unwrap();
    for pair in pair::all().unwrap() {
        for side in Side::BOTH {
            let texts = pair.notebook(side).texts();
            for (id, expected) in lists::lists_of(&tutorial, &minutes, &pair, side).unwrap() {
                let (_, text, _) = texts.iter().find(|(own, ..)| *own == id).unwrap();
                let file = pair.part.file(side);
                assert_eq!(*text, expected, "{file}, {id}: `cargo proof lists` writes it");
            }
        }
    }
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    assert_eq!(
        readme,
        lists::readme(&tutorial, &minutes).unwrap(),
        "`cargo proof lists` writes it"
    );
}

#[test]
fn the_cells_of_a_lab_begin_with_its_name() {
    for pair in pair::all().unwrap().into_iter().skip(1) {
        for side in Side::BOTH {
            for (id, ..) in pair.notebook(side).texts() {
                let is_lab = |lab: &str| id == lab || id.starts_with(&format!("{lab}-"));
                let is_own = pair.part.sections.iter().any(|section| is_lab(&section.id));
                let is_frame = ["title", "set-up", "end"].contains(&id) || SETUPS.contains(&id);
                assert!(is_own || is_frame, "{}, {id}", pair.part.file(side));
            }
        }
    }
}

#[test]
fn cells_that_run_until_interrupted_are_server_cells() {
    for pair in pair::all().unwrap() {
        for id in &pair.part.until_interrupted {
            pair.server.code_cell(id).unwrap();
        }
    }
}
