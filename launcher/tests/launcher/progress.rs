//! `cargo lab progress`: what it says about notebooks as JupyterLab saves them.

use crate::common;

use std::fs;
use std::path::Path;

use installation::folder::CACHE_VARIABLE;
use installation::tutorial::{Tutorial, repository};
use launcher::progress::Progress;
use serde_json::{Value, json};
use tempfile::TempDir;

const MANIFEST: &str = "
[[part]]
name = 'first'
title = 'The first'
about = ''
server = 'server.ipynb'
client = 'client.ipynb'
section = [{ id = 'what', title = 'What' }, { id = 'how', title = 'How' }]

[[part]]
name = 'labs'
title = 'Labs'
about = ''
server = 'labs-server.ipynb'
client = 'labs-client.ipynb'
section = [{ id = 'loss', title = 'Loss' }, { id = 'loss-again', title = 'Lost' }, { id = 'pace', title = 'Pace' }]
";

/// What JupyterLab 4.6 has written into a cell that ran, and into one that still runs.
fn times(has_ended: bool) -> Value {
    let mut times = json!({
        "iopub.execute_input": "2026-11-26T11:48:28.160011499+00:00",
        "iopub.status.busy": "2026-11-26T11:48:28.159648589+00:00",
        "iopub.status.idle": "2026-11-26T11:48:28.159961865+00:00",
    });
    if has_ended {
        times["shell.execute_reply"] = json!("2026-11-26T11:48:29.500220113+00:00");
    }
    times
}

/// A code cell with an output that the authors have recorded.
fn code(id: &str) -> Value {
    let recorded =
        json!([{ "name": "stdout", "output_type": "stream", "text": ["Exercise: not met.\n"] }]);
    json!({ "cell_type": "code", "id": id, "execution_count": 2, "metadata": {}, "outputs": recorded,
        "source": ["let a = 1;\n", "a"] })
}

fn title(rows: &[&str]) -> Value {
    let text =
        format!("# Title\n\n| Lab | Minutes |\n| --- | ---: |\n{}\n\nThe end.", rows.join("\n"));
    let source: Vec<&str> = text.split_inclusive('\n').collect();
    json!({ "cell_type": "markdown", "id": "title", "metadata": {}, "source": source })
}

/// A clone with a tutorial of its own.
struct Clone(TempDir);

impl Clone {
    fn new() -> Clone {
        let clone = Clone(tempfile::tempdir().unwrap());
        fs::create_dir(clone.0.path().join("notebooks")).unwrap();
        fs::write(clone.path("tutorial.toml"), MANIFEST).unwrap();
        let first = title(&["| [1 What](#1-What) | 3 |", "| [2 How](#2-How) | 19 |"]);
        let rows = [
            "| [1 Loss](#1-Loss) | 20 |",
            "| [2 Lost](#2-Lost) | 5 |",
            "| [3 Pace](#3-Pace) | 16 |",
        ];
        let labs = title(&rows);
        clone.write("server", vec![first.clone(), code("setup"), code("hello")]);
        clone.write("client", vec![first, code("setup"), code("hello")]);
        let server =
            ["setup", "loss-take", "loss", "loss-again", "pace", "pace-check", "pace-exercise"];
        let client = [
            "setup",
            "loss",
            "loss-check",
            "loss-exercise",
            "loss-solution",
            "loss-again-check",
            "loss-again-exercise",
            "pace",
        ];
        for (name, ids) in [("labs-server", &server[..]), ("labs-client", &client)] {
            let cells = ids.iter().map(|id| code(id));
            clone.write(name, [labs.clone()].into_iter().chain(cells).collect());
        }
        clone
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.0.path().join("notebooks").join(file)
    }

    fn write(&self, name: &str, cells: Vec<Value>) {
        let notebook =
            json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
        fs::write(self.path(&format!("{name}.ipynb")), notebook.to_string()).unwrap();
    }

    /// Changes cells of a notebook.
    fn change(&self, name: &str, ids: &[&str], change: impl Fn(&mut Value)) {
        let path = self.path(&format!("{name}.ipynb"));
        let mut notebook: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        for id in ids {
            let cells = notebook["cells"].as_array_mut().unwrap();
            change(cells.iter_mut().find(|cell| cell["id"] == *id).unwrap());
        }
        fs::write(path, notebook.to_string()).unwrap();
    }

    fn run(&self, name: &str, ids: &[&str]) {
        self.change(name, ids, |cell| cell["metadata"]["execution"] = times(true));
    }

    fn shown(&self) -> String {
        let progress = Progress::read(self.0.path()).unwrap();
        assert_eq!(progress.unreadable, [""; 0]);
        progress.to_string()
    }
}

const SAVED: &str = "Only what is saved counts: in JupyterLab, choose File → Save All.\n";

#[test]
fn recorded_outputs_do_not_count_as_run() {
    let expected = "           minutes  cells run  exercise
The first       22  none of 4
Labs
  1 Loss        20  none of 3  not met
  2 Lost         5  none of 1  not met
  3 Pace        16  none of 2  not met

Next: The first, about 22 minutes. `cargo lab first` opens it.
";
    assert_eq!(Clone::new().shown(), expected.to_string() + SAVED);
}

#[test]
fn what_is_left_of_a_lab_is_said() {
    let clone = Clone::new();
    for side in ["server", "client"] {
        clone.run(side, &["setup", "hello"]);
    }
    clone.run("labs-server", &["setup", "loss-take", "loss"]);
    clone.run("labs-client", &["loss-solution"]);
    let met = |cell: &mut Value| cell["outputs"][0]["text"] = json!("Exercise: met.\n");
    clone.change("labs-client", &["loss-solution"], met);
    let expected = "           minutes  cells run  exercise
The first       22  all 4
Labs
  1 Loss        20  2 of 3     not met
  2 Lost         5  none of 1  not met
  3 Pace        16  none of 2  not met

Next: 1 Loss, about 20 minutes. `cargo lab labs` opens it. Still to do: 1 cell and the exercise.
";
    assert_eq!(clone.shown(), expected.to_string() + SAVED);

    // A server cell that runs until it is interrupted; and one that waits for its turn.
    clone.change("labs-client", &["loss"], |cell| cell["metadata"]["execution"] = times(false));
    let waits = json!({ "execution_failed": "2026-11-26T11:38:10.000Z" });
    clone.change("labs-server", &["pace"], |cell| cell["metadata"]["execution"] = waits.clone());
    let shown = clone.shown();
    assert!(shown.contains("\n  1 Loss        20  all 3      not met\n"), "{shown}");
    assert!(shown.contains("\n  3 Pace        16  none of 2  not met\n"), "{shown}");
    assert!(shown.contains("Still to do: the exercise.\n"), "{shown}");

    // JupyterLab saves a text as a list of lines.
    let met = |cell: &mut Value| cell["outputs"][0]["text"] = json!(["One.\n", "Exercise: met.\n"]);
    clone.change("labs-client", &["loss-exercise"], met);
    let shown = clone.shown();
    assert!(shown.contains("\n  1 Loss        20  all 3      met\n"), "{shown}");
    assert!(
        shown.contains("Next: 2 Lost, about 5 minutes. `cargo lab labs` opens it.\n"),
        "{shown}"
    );

    clone.run("labs-server", &["loss-again", "pace"]);
    clone.run("labs-client", &["pace"]);
    clone.change("labs-client", &["loss-again-exercise"], met);
    clone.change("labs-server", &["pace-exercise"], met);
    let shown = clone.shown();
    assert!(shown.contains("\nYou have run every cell and met every exercise.\n"), "{shown}");
}

#[test]
fn a_learners_own_cells_do_not_count() {
    let clone = Clone::new();
    let path = clone.path("server.ipynb");
    let mut notebook: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let own = code("8d6e5b5e-6e5c-4f0e-9d2f-1c8f0b2a7c11"); // as JupyterLab names it
    notebook["cells"].as_array_mut().unwrap().push(own);
    fs::write(path, notebook.to_string()).unwrap();
    assert!(clone.shown().contains("none of 4\n"), "{}", clone.shown());
}

#[test]
fn a_notebook_that_cannot_be_read_is_named_and_the_others_are_shown() {
    let clone = Clone::new();
    clone.run("labs-client", &["loss", "pace"]);
    fs::remove_file(clone.path("client.ipynb")).unwrap();
    fs::write(clone.path("labs-server.ipynb"), "<<<<<<< ours").unwrap();
    let progress = Progress::read(clone.0.path()).unwrap();
    let expected = [
        "cannot read notebooks/client.ipynb: No such file or directory (os error 2); \
         `cargo lab fresh first` puts the committed one back",
        "notebooks/labs-server.ipynb is not a notebook: expected value at line 1 column 1; \
         `cargo lab fresh labs` puts the committed one back",
    ];
    assert_eq!(progress.unreadable, expected);
    let expected = "           minutes  cells run  exercise
The first       22  ?
Labs
  1 Loss        20  ?          not met
  2 Lost         5  ?          not met
  3 Pace        16  ?          ?

Next: 1 Loss, about 20 minutes. `cargo lab labs` opens it.
";
    assert_eq!(progress.to_string(), expected.to_string() + SAVED);

    fs::write(clone.path("labs-client.ipynb"), "[]").unwrap();
    fs::write(clone.path("labs-server.ipynb"), "{}").unwrap();
    let progress = Progress::read(clone.0.path()).unwrap();
    assert_eq!(progress.unreadable.len(), 3);
    for error in &progress.unreadable[1..] {
        assert!(error.contains("is not a notebook: it has no list of cells; "), "{error}");
    }
    let shown = progress.to_string();
    assert!(shown.contains("\nWhat is left is in notebooks that cannot be read.\n"), "{shown}");
}

#[test]
fn a_cell_counts_in_whichever_language_it_has_run() {
    let clone = Clone::new();
    let language = "[[language]]\ncode = 'ja'\nname = '日本語'\nparts = ['labs']\n";
    fs::write(clone.path("tutorial.toml"), format!("{MANIFEST}{language}")).unwrap();
    for side in ["server", "client"] {
        let source = clone.path(&format!("labs-{side}.ipynb"));
        fs::copy(source, clone.path(&format!("labs-{side}.ja.ipynb"))).unwrap();
    }
    // One cell in both languages, and one in each of them.
    clone.run("labs-server", &["loss-take", "loss"]);
    clone.run("labs-server.ja", &["loss"]);
    clone.run("labs-client.ja", &["loss"]);
    let met = |cell: &mut Value| cell["outputs"][0]["text"] = json!("Exercise: met.\n");
    clone.change("labs-client.ja", &["loss-exercise"], met);
    let shown = clone.shown();
    assert!(shown.contains("\n  1 Loss        20  all 3      met\n"), "{shown}");
    assert!(shown.contains("\n  2 Lost         5  none of 1  not met\n"), "{shown}");

    fs::remove_file(clone.path("labs-client.ja.ipynb")).unwrap();
    let progress = Progress::read(clone.0.path()).unwrap();
    let expected = "cannot read notebooks/labs-client.ja.ipynb: No such file or directory (os error 2); \
         `cargo lab fresh labs` puts the committed one back";
    assert_eq!(progress.unreadable, [expected]);
    assert!(progress.to_string().contains("\n  1 Loss        20  2 of 3     not met\n"));
}

/// What the table says of each committed notebook comes from the notebook.
#[test]
fn the_command_shows_every_lab_of_this_clone_and_changes_nothing() {
    let cache = tempfile::tempdir().unwrap();
    let tutorial = Tutorial::read(&repository()).unwrap();
    let files = || {
        tutorial.notebooks().iter().map(|path| fs::read(repository().join(path)).unwrap()).collect()
    };
    let before: Vec<Vec<u8>> = files();
    let mut lab = common::lab();
    let output = lab.arg("progress").env(CACHE_VARIABLE, cache.path()).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    for part in &tutorial.parts {
        assert!(shown.contains(&format!("\n{}", part.title)), "{shown}");
        let numbered = part.sections.iter().zip(1..).filter(|_| !tutorial.is_article(part));
        for (section, number) in numbered {
            let begin = format!("  {number} {}  ", section.title);
            let row = shown.lines().find(|line| line.starts_with(&begin));
            let row: Vec<&str> = row.unwrap_or_else(|| panic!("{begin}: {shown}"))[begin.len()..]
                .split_whitespace()
                .collect();
            let [minutes, "none", "of", cells, "not", "met"] = row[..] else {
                panic!("{begin}{row:?}")
            };
            assert!(minutes.parse::<u64>().unwrap() > 5 && cells.parse::<usize>().unwrap() >= 2);
        }
    }
    assert_eq!(files(), before);
    assert!(is_empty(cache.path()), "nothing was installed");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}
