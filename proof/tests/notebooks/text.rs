//! What both notebooks keep to, cell by cell: what can be seen without running them.

use crate::common;

use std::collections::HashSet;

use proof::notebook::Notebook;
use regex::Regex;

/// Both notebooks, with their names.
fn notebooks() -> [(&'static str, Notebook); 2] {
    let (server, client) = common::notebooks();
    [("server", server), ("client", client)]
}

#[test]
fn the_outputs_are_those_that_were_recorded() {
    for (name, notebook) in notebooks() {
        assert!(
            notebook.is_as_recorded(),
            "notebooks/{name}.ipynb holds the outputs of another run. If you ran its cells: \
             `cargo lab fresh` puts the committed notebooks back, and keeps yours beside them. If \
             you changed it: `cargo lab record` records it anew."
        );
    }
}

#[test]
fn both_notebooks_have_the_same_numbered_sections() {
    let titles = notebooks().map(|(_, notebook)| -> Vec<String> {
        let text = notebook.markdown();
        text.lines().filter(|line| line.starts_with("## ")).map(String::from).collect()
    });
    assert_eq!(titles[0], titles[1]);
    assert!(titles[0].len() >= 14, "{:?}", titles[0]);
}

/// Half of a window that is 1280 pixels wide shows so many columns, and one screen so many lines.
#[test]
fn code_is_neither_too_wide_nor_too_long() {
    for (name, notebook) in notebooks() {
        for cell in notebook.code_cells() {
            let lines = cell.source.lines();
            let holds_code = |line: &&str| {
                let line = line.trim_start();
                !line.is_empty() && !line.starts_with("//")
            };
            let length = lines.clone().filter(holds_code).count();
            assert!(length <= 25, "{name}, {}: {length} lines", cell.id);
            for line in lines {
                assert!(line.chars().count() <= 62, "{name}, {}: {line}", cell.id);
            }
        }
    }
}

/// In a notebook a variable lives on, and would hide the function from the cells that run later.
#[test]
fn no_variable_has_the_name_of_a_function() {
    let function = Regex::new(r"(?m)^ *fn (\w+)").unwrap();
    let variables = Regex::new(r"(?m)^let ([^=]+)=").unwrap();
    let word = Regex::new(r"\b[a-z_]\w*").unwrap();
    for (name, notebook) in notebooks() {
        let code: Vec<String> = notebook.code_cells().into_iter().map(|cell| cell.source).collect();
        let code = code.join("\n");
        let functions: HashSet<&str> =
            function.captures_iter(&code).map(|found| found.get(1).unwrap().as_str()).collect();
        assert!(functions.len() > 10, "{name}: {functions:?}");
        for found in variables.captures_iter(&code) {
            for variable in word.find_iter(&found[1]) {
                assert!(!functions.contains(variable.as_str()), "{name}: {}", variable.as_str());
            }
        }
    }
}

#[test]
fn every_prediction_is_followed_by_code_and_by_its_answer() {
    let marks = Regex::new(r"\*\*(Predict|Why):\*\*").unwrap();
    let mut predictions = 0;
    for (name, notebook) in notebooks() {
        let mut open: Option<(&str, bool)> = None;
        for (id, text, is_code) in notebook.texts() {
            if is_code {
                open = open.map(|(place, _)| (place, true));
                continue;
            }
            for words in marks.find_iter(&text) {
                if words.as_str() == "**Why:**" {
                    assert!(open.is_none_or(|(_, ran)| ran), "{name}, {id}: nothing ran before");
                    open = None;
                } else {
                    assert_eq!(open, None, "{name}, {id}: the prediction before has no answer");
                    open = Some((id, false));
                    predictions += 1;
                }
            }
        }
        assert_eq!(open, None, "{name}: a prediction without an answer");
    }
    assert!(predictions > 25, "{predictions} predictions");
}

#[test]
fn every_try_has_its_answer_folded_below_and_its_change_in_a_cell() {
    let mut tries = 0;
    for (name, notebook) in notebooks() {
        let changes: Vec<String> = notebook
            .code_cells()
            .iter()
            .flat_map(|cell| cell.own.tries.clone())
            .map(|one| one.text)
            .collect();
        let suggested: Vec<(&str, String)> = notebook
            .texts()
            .into_iter()
            .filter_map(|(id, text, _)| Some((id, text.split_once("**Try:**")?.1.to_string())))
            .collect();
        for (id, text) in &suggested {
            let answer = "\n\n<details><summary>Answer</summary>\n\n";
            assert_eq!(text.matches(answer).count(), 1, "{name}, {id}: one answer");
            assert!(text.contains("\n\n</details>") && !text.contains("**Try:**"), "{name}, {id}");
            let only_thought = text.trim_start().starts_with("think of");
            assert_eq!(!only_thought, changes.iter().any(|one| one == id), "{name}, {id}");
            tries += 1;
        }
        for place in changes {
            assert!(suggested.iter().any(|(id, _)| *id == place), "{name}: no Try in {place}");
        }
    }
    assert!(tries >= 14, "{tries} tries");
}

#[test]
fn a_solution_is_folded_and_changes_only_what_the_learner_changes() {
    const CHANGE: &str = "// your change";
    let mut solutions = 0;
    for (name, notebook) in notebooks() {
        let cells = notebook.code_cells();
        let cell = |id: &str| cells.iter().find(|cell| cell.id == id).expect("it is there");
        for cell_id in cells.iter().map(|cell| cell.id) {
            let Some(lab) = cell_id.strip_suffix("-solution") else { continue };
            let (solution, exercise) = (cell(cell_id), cell(&format!("{lab}-exercise")));
            assert!(solution.is_folded && !exercise.is_folded, "{name}, {lab}");
            let (before, after) = exercise.source.split_once(CHANGE).expect("what to change");
            let before = before.rsplit_once('\n').map_or("", |(lines, _)| lines);
            assert!(solution.source.starts_with(before), "{name}, {lab}: {before}");
            assert!(solution.source.ends_with(after), "{name}, {lab}: {after}");
            assert!(!after.contains(CHANGE), "{name}, {lab}: two changes");
            cell(&format!("{lab}-check"));
            solutions += 1;
        }
    }
    assert_eq!(solutions, 12);
}

#[test]
fn whoever_is_sent_to_the_other_side_gets_a_link() {
    let sent = Regex::new(r"[Gg]o (right|left)\b").unwrap();
    let linked = Regex::new(r"\[[Gg]o (right|left)\]\((client|server)\.ipynb#[^)]+\)").unwrap();
    for (name, notebook) in notebooks() {
        let text = notebook.markdown();
        assert!(sent.find_iter(&text).count() >= 2, "{name}");
        assert_eq!(sent.find_iter(&text).count(), linked.find_iter(&text).count(), "{name}");
        let other = if name == "server" { "(client.ipynb#" } else { "(server.ipynb#" };
        assert!(linked.find_iter(&text).all(|link| link.as_str().contains(other)), "{name}");
    }
}

/// RFC 768 alone is so short that it has no sections.
#[test]
fn links_to_rfcs_lead_to_the_section_that_says_it() {
    let link =
        Regex::new(r"\[RFC (\d+)([^\]]*)\]\(https://www.rfc-editor.org/rfc/rfc(\d+)([^)]*)\)");
    let link = link.unwrap();
    // What newer ones have replaced.
    let obsolete: HashSet<&str> = ["793", "2460", "3376", "2616", "5966"].into();
    let mut links = 0;
    for (name, notebook) in notebooks() {
        let text = notebook.markdown();
        assert_eq!(text.matches("rfc-editor.org").count(), link.find_iter(&text).count(), "{name}");
        for found in link.captures_iter(&text) {
            let (number, words, target, place) = (&found[1], &found[2], &found[3], &found[4]);
            assert_eq!(number, target, "{name}");
            assert!(!obsolete.contains(number), "{name}: RFC {number}");
            match words.strip_prefix(", section ") {
                Some(section) => assert_eq!(place, format!("#section-{section}"), "RFC {number}"),
                None => assert_eq!((number, words, place), ("768", "", ""), "{name}"),
            }
            links += 1;
        }
    }
    assert!(links > 30, "{links} links");
}
