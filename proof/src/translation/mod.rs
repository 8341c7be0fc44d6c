//! Translations of the notebooks. The English notebooks are the source, `po/` holds what translators say,
//! and the notebooks in the other languages are generated from both. Nobody edits those by hand.
//!
//! A message is a block of Markdown, a comment, or a text that a cell shows. Where its translation is
//! missing or fuzzy, the English stands in the translated notebook, marked as English.

pub mod code;
mod links;
pub mod page;
mod text;
pub mod words;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use installation::tutorial::{Language, Part, Side, Tutorial, page_words};
use serde_json::{Value, json};

use crate::notebook::{Notebook, source};
pub use links::IN_ENGLISH;
use links::Links;
use text::Cell;
pub use text::EVERYWHERE;
use words::{Message, Words};

/// A translated notebook.
pub struct Translated {
    pub path: PathBuf,
    /// The text of its file.
    pub text: String,
    /// The messages without a translation.
    pub missing: Vec<Message>,
}

/// Merges the source of today into the translators' files of the clone `root`, and generates its notebooks.
pub fn merge(root: &Path) -> Result<()> {
    let tutorial = Tutorial::read(root)?;
    for language in &tutorial.languages {
        let mut words = Words::none();
        notebooks(root, &tutorial, language, &mut words)?;
        words::merge(words.asked(), &words::file(root, language))?;
    }
    write(root)
}

/// Generates the notebooks in all languages, and the words of their pages. A cell whose code is as before
/// keeps its recorded output.
pub fn write(root: &Path) -> Result<()> {
    let tutorial = Tutorial::read(root)?;
    for language in &tutorial.languages {
        let mut words = Words::read(root, language)?;
        for notebook in notebooks(root, &tutorial, language, &mut words)? {
            let count = notebook.missing.len();
            if count > 0 {
                eprintln!("{}: {count} messages are in English", notebook.path.display());
            }
            fs::write(&notebook.path, notebook.text)?;
        }
        let file = root.join(page_words(&language.code));
        fs::create_dir_all(file.parent().expect("it is in a folder"))?;
        fs::write(file, page::file(&tutorial, &words)?)?;
    }
    Ok(())
}

/// The notebooks of the clone `root` in a language, as they should be.
pub fn notebooks(
    root: &Path,
    tutorial: &Tutorial,
    language: &Language,
    words: &mut Words,
) -> Result<Vec<Translated>> {
    let sources = tutorial
        .parts
        .iter()
        .filter_map(|part| Some((part, tutorial.translation(part, language)?)));
    let pairs: Vec<(&Part, Part)> = sources.collect();
    let both = pairs.iter().flat_map(|(part, translation)| {
        Side::BOTH.map(|side| (part.file(side).to_string(), translation.file(side).to_string()))
    });
    let mut links = Links::between(both);
    let all = || pairs.iter().flat_map(|pair| Side::BOTH.map(|side| (pair, side)));
    for ((part, _), side) in all() {
        for cell in read(root, part, side)?["cells"].as_array().into_iter().flatten() {
            let (english, translated) = heading(part.file(side), cell, words);
            let id = cell["id"].as_str().unwrap_or_default();
            links.add(part.file(side), &english, &translated, id);
        }
    }
    let notebook = |((part, translation), side): (&(&Part, Part), Side)| {
        links.stand_in(part.file(side));
        notebook(root, part, translation, side, &links, words)
    };
    let notebooks = all().map(notebook).collect::<Result<_>>()?;
    page::ask(tutorial, words)?; // so that its words are in the translators' files, too
    Ok(notebooks)
}

/// The heading that a cell begins with and its translation; empty if it begins with none.
fn heading(file: &str, cell: &Value, words: &Words) -> (String, String) {
    let source = source(cell);
    let line = source.lines().next().unwrap_or_default();
    let Some((marker, title)) = text::heading(line) else { return Default::default() };
    let number = marker.trim_start_matches(['#', ' ']);
    let said = words.look_up(&context(file, cell), title);
    let with_number = |title: &str| format!("{number}{title}");
    (with_number(title), with_number(said.as_deref().unwrap_or(title)))
}

fn context(file: &str, cell: &Value) -> String {
    format!("{file} {}", cell["id"].as_str().unwrap_or_default())
}

fn notebook(
    root: &Path,
    part: &Part,
    translation: &Part,
    side: Side,
    links: &Links,
    words: &mut Words,
) -> Result<Translated> {
    words.forget_missing();
    let mut content = read(root, part, side)?;
    let before = read(root, translation, side).unwrap_or_default();
    for cell in content["cells"].as_array_mut().into_iter().flatten() {
        let context = context(part.file(side), cell);
        let english = source(cell);
        if cell["cell_type"] == "code" {
            cell["source"] = lines(&code::translated(&english, &context, words)?);
            keep_outputs(cell, &before);
        } else {
            let mut place = Cell { context: &context, words, links };
            cell["source"] = lines(&text::translated(&english, &mut place));
        }
        if let Some(own) = cell["metadata"].get_mut("udp") {
            metadata(own, &context, words);
        }
    }
    // The fingerprint of the recorded outputs.
    content["metadata"]["udp"] = match before["metadata"].get("udp") {
        Some(own) => own.clone(),
        None => json!({}),
    };
    let path = root.join(translation.path(side));
    let text = Notebook::of_text(&path, &content.to_string())?.to_text()?;
    Ok(Translated { path, text, missing: words.missing().to_vec() })
}

/// Gives a cell the outputs of the cell with the same id and code in the notebook as it was before.
fn keep_outputs(cell: &mut Value, before: &Value) {
    let mut cells = before["cells"].as_array().into_iter().flatten();
    let known = cells.find(|known| known["id"] == cell["id"] && source(known) == source(cell));
    let (outputs, count) = match known {
        Some(known) => (known["outputs"].clone(), known["execution_count"].clone()),
        None => (json!([]), Value::Null),
    };
    (cell["outputs"], cell["execution_count"]) = (outputs, count);
}

/// Translates what a cell's metadata says in words: what a diagram shows, and the code and output of the
/// changes to try. Masks and rules match what is not translated.
fn metadata(own: &mut Value, context: &str, words: &mut Words) {
    let mut say = |kind, english: &str| {
        words.say(context, kind, english).unwrap_or_else(|| english.to_string())
    };
    if let Some(shown) = own.get_mut("words") {
        *shown = json!(say("what the diagram shows", shown.as_str().unwrap_or_default()));
    }
    let Some(tries) = own.get_mut("try").and_then(Value::as_array_mut) else { return };
    for one in tries {
        if let Some(replace) = one["replace"].as_object() {
            let mut in_code = |code: &str| {
                let has_words = code.contains(['"', '/']);
                if has_words { say("code of a change to try", code) } else { code.into() }
            };
            let pairs = replace
                .iter()
                .map(|(old, new)| (in_code(old), json!(in_code(new.as_str().unwrap_or_default()))));
            one["replace"] = Value::Object(pairs.collect());
        }
        for side in ["server", "client"] {
            let shows = one.get_mut(side).and_then(|side| side.get_mut("shows"));
            for line in shows.and_then(Value::as_array_mut).into_iter().flatten() {
                let english = line.as_str().unwrap_or_default();
                *line = json!(say("what a change shows, as a regular expression", english));
            }
        }
    }
}

fn read(root: &Path, part: &Part, side: Side) -> Result<Value> {
    let path = root.join(part.path(side));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// A text as notebooks have it.
fn lines(text: &str) -> Value {
    json!(text.split_inclusive('\n').collect::<Vec<_>>())
}
