//! What lists parts and labs, beside the manifest.

use std::fs;

use installation::tutorial::{Part, Side, repository};
use proof::notebook::Notebook;
use proof::pair::{self, SETUPS};

/// The anchor that JupyterLab gives a heading.
fn anchor(heading: &str) -> String {
    heading.replace(' ', "-")
}

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
fn tables_of_contents_and_minutes_are_those_of_the_manifest() {
    for pair in pair::all().unwrap() {
        for side in Side::BOTH {
            let file = pair.part.file(side);
            let texts = pair.notebook(side).texts();
            let text =
                |id: &str| texts.iter().find(|(own, ..)| *own == id).map(|(_, text, _)| text);
            let contents = text("title").expect("it has a title");
            let rows: Vec<&str> = contents.lines().filter(|line| line.starts_with("| [")).collect();
            let row = |(number, title, minutes): (usize, &String, u64)| {
                let heading = format!("{number} {title}");
                format!("| [{heading}](#{}) | {minutes} |", anchor(&heading))
            };
            let sections = pair.part.sections.iter().enumerate();
            let expected: Vec<String> = sections
                .map(|(index, section)| row((index + 1, &section.title, section.minutes)))
                .collect();
            assert_eq!(rows, expected, "{file}");
            for section in &pair.part.sections {
                let Some(lab) = text(&format!("{}-text", section.id)) else { continue };
                let minutes = format!("\n\n*{} minutes.*", section.minutes);
                assert!(lab.contains(&minutes), "{file}, {}: {minutes:?}", section.id);
            }
        }
    }
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

/// Where a list of parts has a row for each but the first, with these beginnings.
fn has_rows(text: &str, expected: &[String], place: &str) {
    for row in expected {
        let found = text.lines().any(|line| line == row);
        assert!(found, "{place} has no row {row}");
    }
}

#[test]
fn what_comes_next_lists_the_parts() {
    let pairs = pair::all().unwrap();
    for side in Side::BOTH {
        let row = |part: &Part| {
            let (own, other) = (part.file(side), part.file(side.other()));
            let name = side.other().name();
            let Part { title, about, .. } = part;
            format!("| [{title}]({own}) | [{name}]({other}) | {about} | {} |", part.minutes())
        };
        let rows: Vec<String> = pairs[1..].iter().map(|pair| row(&pair.part)).collect();
        let notebook: &Notebook = pairs[0].notebook(side);
        has_rows(&notebook.markdown(), &rows, pairs[0].part.file(side));
    }
}

#[test]
fn the_readme_lists_the_parts() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let row = |part: &Part| {
        let command = match part.sections[0].id.as_str() {
            "what-udp-is" => "`cargo lab`".to_string(),
            _ => format!("`cargo lab {}`", part.name),
        };
        format!("| {command} | {} | {} |", part.about, part.minutes())
    };
    let rows: Vec<String> = pair::all().unwrap().iter().map(|pair| row(&pair.part)).collect();
    has_rows(&readme, &rows, "README.md");
}
