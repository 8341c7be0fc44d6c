//! Rules for all notebooks that can be checked without running a cell.

use std::collections::HashSet;

use installation::tutorial::Side;
use proof::minutes::lines_of_code;
use proof::notebook::Notebook;
use proof::pair::{self, PREDICT, Pair, SETUP, SETUPS};
use regex::Regex;
use unicode_width::UnicodeWidthStr;

/// All notebooks in English, with the names of their files.
fn notebooks() -> Vec<(String, Notebook)> {
    named(pair::all().unwrap())
}

fn named(pairs: Vec<Pair>) -> Vec<(String, Notebook)> {
    let sides = pairs.into_iter().flat_map(|pair| {
        [
            (pair.part.file(Side::Server).to_string(), pair.server),
            (pair.part.file(Side::Client).to_string(), pair.client),
        ]
    });
    sides.collect()
}

#[test]
fn the_outputs_are_those_that_were_recorded() {
    for (name, notebook) in named(pair::in_all_languages().unwrap()) {
        assert!(
            notebook.is_as_recorded(),
            "notebooks/{name} holds the outputs of another run. If you ran its cells: \
             `cargo lab fresh` puts the committed notebooks back, and keeps yours beside them. If \
             you changed it: `cargo proof record` records it anew."
        );
    }
}

/// Half of a window of 1280 pixels shows 62 columns, and one screen 25 lines. A Japanese character takes
/// two columns.
#[test]
fn code_is_neither_too_wide_nor_too_long() {
    for (name, notebook) in named(pair::in_all_languages().unwrap()) {
        for cell in notebook.code_cells() {
            let length = lines_of_code(&cell.source);
            assert!(length <= 25, "{name}, {}: {length} lines", cell.id);
            for line in cell.source.lines() {
                assert!(line.width() <= 62, "{name}, {}: {line}", cell.id);
            }
        }
    }
}

/// A variable lives on in a notebook, and would hide the function from later cells.
#[test]
fn no_variable_has_the_name_of_a_function() {
    let function = Regex::new(r"(?m)^ *fn (\w+)").unwrap();
    let variables = Regex::new(r"(?m)^let ([^=]+)=").unwrap();
    let word = Regex::new(r"\b[a-z_]\w*").unwrap();
    let mut all = 0;
    for (name, notebook) in notebooks() {
        let code: Vec<String> = notebook.code_cells().into_iter().map(|cell| cell.source).collect();
        let code = code.join("\n");
        let functions: HashSet<&str> =
            function.captures_iter(&code).map(|found| found.get(1).unwrap().as_str()).collect();
        all += functions.len();
        for found in variables.captures_iter(&code) {
            for variable in word.find_iter(&found[1]) {
                assert!(!functions.contains(variable.as_str()), "{name}: {}", variable.as_str());
            }
        }
    }
    assert!(all > 50, "{all} functions");
}

/// A learner who copies a cell needs its imports, and no others.
#[test]
fn every_name_that_a_set_up_cell_imports_occurs_in_the_notebook() {
    let import = Regex::new(r"(?m)^use ([^;]+);").unwrap();
    let name = Regex::new(r"(\w+)(?:[,}]|$)").unwrap();
    let comment = Regex::new(r"//.*").unwrap();
    // What brings methods has no name in the code.
    let methods =
        [("Explain", r"\.explain\("), ("Read", r"\.read\w*\("), ("Write", r"\.write\w*\(")];
    let mut imported = 0;
    for (file, notebook) in notebooks() {
        let cells = notebook.code_cells();
        let code: String = cells.iter().map(|cell| cell.source.clone() + "\n").collect();
        let code = import.replace_all(&comment.replace_all(&code, ""), "").into_owned();
        let setup = notebook.code_cell(SETUP).unwrap().source;
        for path in import.captures_iter(&setup) {
            let path = path[1].replace("{self", &format!("{{{}", module(&path[1])));
            for found in name.captures_iter(&path) {
                let method = methods.iter().find(|(own, _)| *own == &found[1]);
                let word =
                    method.map_or(format!(r"\b{}\b", &found[1]), |(_, call)| call.to_string());
                let occurs = Regex::new(&word).unwrap().is_match(&code);
                assert!(occurs, "{file} imports {} and has no use for it", &found[1]);
                imported += 1;
            }
        }
    }
    assert!(imported > 60, "{imported} names");
}

/// The module that `self` in an import means.
fn module(path: &str) -> &str {
    path.split("::{").next().unwrap().rsplit("::").next().unwrap()
}

/// A mistake that is corrected in one pair must be corrected in all.
#[test]
fn the_tools_of_a_side_are_the_same_in_all_pairs() {
    for side in Side::BOTH {
        let pairs = pair::all().unwrap();
        let tools = |pair: &Pair| pair.notebook(side).code_cell(SETUPS[1]).unwrap().source;
        let all: HashSet<String> = pairs[1..].iter().map(tools).collect();
        assert_eq!(all.len(), 1, "{side:?}");
    }
}

/// Whichever side a learner reads first, they predict an exchange before they read what it showed: the client's
/// cell ends it, so both the prediction and the answer stand beside that cell, and no output shows it sooner.
#[test]
fn an_exchange_is_predicted_and_explained_beside_the_clients_cell_and_its_outputs_are_folded() {
    let mut folded = 0;
    for pair in pair::all().unwrap().into_iter().skip(1) {
        let shared = |id: &str| pair.server.position(id).is_some();
        let is_exchange = |id: &str| shared(id) && pair.client.position(id).is_some();
        let file = pair.part.file(Side::Server);
        let (mut before, mut predicted) = (None, false);
        for (id, text, is_code) in pair.server.texts() {
            if is_code {
                assert!(!(predicted && is_exchange(id)), "{file}: {id} is predicted here");
                (before, predicted) = (Some(id), false);
                continue;
            }
            predicted |= text.contains(PREDICT);
            let explains = text.contains("**Why:**") && before.is_some_and(is_exchange);
            assert!(!explains, "{file}, {id} explains an exchange");
        }
        let predicted = pair.predicted();
        for side in Side::BOTH {
            for cell in pair.notebook(side).code_cells() {
                let is_predicted = predicted.contains(cell.id);
                let file = pair.part.file(side);
                assert_eq!(
                    cell.hides_output, is_predicted,
                    "{file}, {}: cargo proof lists",
                    cell.id
                );
                folded += usize::from(is_predicted);
            }
        }
    }
    assert!(folded > 40, "{folded} folded outputs");
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
    assert_eq!(
        solutions,
        pair::all().unwrap()[1..].iter().flat_map(|one| &one.part.sections).count()
    );
}

#[test]
fn a_text_that_sends_the_learner_to_the_other_side_links_to_it() {
    let sent = Regex::new(r"[Gg]o to the (client|server)\b").unwrap();
    let linked = Regex::new(r"\[[Gg]o to the (client|server)\]\(([\w-]+\.ipynb)#[^)]+\)").unwrap();
    let mut all = 0;
    for pair in pair::all().unwrap() {
        for side in Side::BOTH {
            let text = pair.notebook(side).markdown();
            let (name, other) = (pair.part.file(side), pair.part.file(side.other()));
            assert_eq!(sent.find_iter(&text).count(), linked.find_iter(&text).count(), "{name}");
            assert!(linked.captures_iter(&text).all(|link| &link[2] == other), "{name}");
            all += sent.find_iter(&text).count();
        }
    }
    assert!(all >= 10, "{all} ways to the other side");
}

/// JupyterLab opens a link on the side where the learner clicks it. So a link to the other side's notebook of
/// another part needs one beside it to the own side's.
#[test]
fn links_to_other_parts_stay_on_their_side() {
    let pairs = pair::all().unwrap();
    let mut links = 0;
    for pair in &pairs {
        for side in Side::BOTH {
            for (id, text, _) in pair.notebook(side).texts() {
                for other in pairs.iter().filter(|other| other.part.name != pair.part.name) {
                    let leads = |side| {
                        let file = format!("]({}", other.part.file(side));
                        text.lines().filter(|line| line.contains(&file)).count()
                    };
                    let place = format!("{}, {id}", pair.part.file(side));
                    assert!(leads(side.other()) <= leads(side), "{place} leads to the wrong side");
                    links += leads(side);
                }
            }
        }
    }
    assert!(links > 20, "{links} links");
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
