//! The notebooks in other languages: generated from the source and `po/`, complete, and true to the code.

use std::fs;
use std::io::Write;
use std::path::Path;

use installation::tutorial::{Language, Side, Tutorial, page_words, repository};
use proof::pair::{self, Pair};
use proof::translation::words::{self, Message, Words};
use proof::translation::{self, Translated};
use proof::translation::{code, page};
use tempfile::TempDir;

pub fn languages() -> Vec<Language> {
    Tutorial::read(&repository()).unwrap().languages
}

/// The notebooks of the clone `root` in a language, and the words that they asked for.
pub fn generated(root: &Path, language: &Language) -> (Vec<Translated>, Words) {
    let tutorial = Tutorial::read(root).unwrap();
    let mut words = Words::read(root, language).unwrap();
    let notebooks = translation::notebooks(root, &tutorial, language, &mut words).unwrap();
    assert!(notebooks.len() >= 2 && words.asked().len() > 100, "{}", language.code);
    (notebooks, words)
}

#[test]
fn the_translated_notebooks_are_complete_and_as_cargo_proof_translate_generates_them() {
    let tutorial = Tutorial::read(&repository()).unwrap();
    for language in languages() {
        let (notebooks, words) = generated(&repository(), &language);
        for Translated { path, text, missing } in notebooks {
            let count = format!("{}: {} messages are in English", path.display(), missing.len());
            writeln!(std::io::stderr(), "{count}").unwrap(); // even if the test passes
            assert!(missing.is_empty(), "{} lacks {missing:#?}", path.display());
            let committed = fs::read_to_string(&path).unwrap();
            assert!(committed == text, "{} is edited by hand, or outdated", path.display());
        }
        let file = page_words(&language.code);
        let committed = fs::read_to_string(repository().join(&file)).unwrap();
        assert_eq!(committed, page::file(&tutorial, &words).unwrap(), "{file} is outdated");
        let unknown: Vec<&Message> =
            words.asked().iter().filter(|message| !words.has(message)).collect();
        assert!(unknown.is_empty(), "`cargo proof translate` merges {unknown:#?}");
        assert_eq!(words.left_over(), [""; 0], "`cargo proof translate` takes them out");
    }
}

#[test]
#[ignore = "needs gettext"]
fn gettext_accepts_the_translations() {
    for language in languages() {
        words::check(&words::file(&repository(), &language)).unwrap();
    }
}

/// The source of a translation, and the path of the trait that explains errors in its language.
fn source_and_path(translation: &Pair) -> (Pair, Option<String>) {
    let code = translation.part.language.as_ref().unwrap();
    let tutorial = Tutorial::read(&repository()).unwrap();
    let source = Pair::read(tutorial.part(&translation.part.name).unwrap()).unwrap();
    let words = Words::read(&repository(), tutorial.language(code).unwrap()).unwrap();
    (source, words.look_up("udp_tutorial", "Explain"))
}

#[test]
fn translated_cells_have_the_ids_and_the_code_of_their_source() {
    let (mut cells, mut translated) = (0, 0);
    for pair in pair::in_all_languages().unwrap() {
        if pair.part.language.is_none() {
            continue;
        }
        let (source, path) = source_and_path(&pair);
        for side in Side::BOTH {
            let (source, file) = (source.notebook(side), pair.part.file(side));
            let texts = pair.notebook(side).texts();
            let ids = |texts: &[(&str, String, bool)]| {
                texts.iter().map(|(id, _, is_code)| (id.to_string(), *is_code)).collect::<Vec<_>>()
            };
            assert_eq!(ids(&texts), ids(&source.texts()), "{file}");
            for cell in pair.notebook(side).code_cells() {
                let english = source.code_cell(cell.id).unwrap();
                let is_same = code::is_same(&english.source, &cell.source, path.as_deref());
                assert!(is_same, "{file}, {}:\n{}", cell.id, cell.source);
                assert_eq!(cell.is_folded, english.is_folded, "{file}, {}", cell.id);
                cells += 1;
                translated += usize::from(cell.source != english.source);
            }
        }
    }
    assert!(cells >= 4 && translated >= 4, "{translated} of {cells} cells are translated");
}

#[test]
fn both_notebooks_of_a_translation_have_the_same_sections() {
    for pair in pair::in_all_languages().unwrap() {
        let headings = |side| -> Vec<String> {
            let text = pair.notebook(side).markdown();
            text.lines().filter(|line| line.starts_with("## ")).map(String::from).collect()
        };
        let [server, client] = Side::BOTH.map(headings);
        if pair.part.language.is_some() {
            assert_eq!(server, client);
            assert!(server.len() > pair.part.sections.len(), "{server:?}");
        }
    }
}

/// A clone with the notebooks and translations of this one, and no more.
fn clone() -> TempDir {
    let clone = tempfile::tempdir().unwrap();
    for folder in ["notebooks", "po"] {
        fs::create_dir(clone.path().join(folder)).unwrap();
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let file = entry.unwrap();
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), clone.path().join(folder).join(file.file_name())).unwrap();
            }
        }
    }
    clone
}

fn replace(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{old}");
    fs::write(file, text.replace(old, new)).unwrap();
}

#[test]
#[ignore = "needs gettext"]
fn a_change_of_one_english_word_makes_one_block_english_until_it_is_translated() {
    let clone = clone();
    let root = clone.path();
    let language = &languages()[0];
    let missing = || {
        let (notebooks, _) = generated(root, language);
        notebooks.into_iter().flat_map(|notebook| notebook.missing).collect::<Vec<_>>()
    };
    assert_eq!(missing(), []);
    let word = ["keep recurring", "go on recurring"];
    replace(&root.join("notebooks/server.ipynb"), word[0], word[1]);
    assert_eq!(missing().len(), 1, "before the merge, there is no such message");
    translation::merge(root).unwrap();
    let left = missing();
    assert_eq!(left.len(), 1, "after it, the message is fuzzy");
    assert_eq!(left[0].context, "server.ipynb program");
    let server = fs::read_to_string(root.join("notebooks/server.ja.ipynb")).unwrap();
    assert_eq!(server.matches("lang=\\\"en\\\"").count(), 1);
    assert!(server.contains(word[1]));
    let file = words::file(root, language);
    let merged = fs::read_to_string(&file).unwrap();
    assert!(merged.contains("#, fuzzy\n#| msgctxt") && merged.contains("#| \""), "{merged}");
    // A translator looks at it and removes the mark.
    fs::write(&file, merged.replace("#, fuzzy\n", "")).unwrap();
    assert_eq!(missing(), []);
}

/// As a translator would, but for those who read only brackets.
fn bracketed(message: &Message) -> String {
    if message.context == "udp_tutorial" {
        return message.text.clone(); // the crate does not explain errors in brackets
    }
    let (text, end) = match message.text.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (message.text.as_str(), ""),
    };
    if message.text.starts_with("| ") { message.text.clone() } else { format!("⟦{text}⟧{end}") }
}

#[test]
fn another_language_is_a_file_in_po_and_a_name_in_the_manifest() {
    let clone = clone();
    let root = clone.path();
    let manifest = root.join("notebooks/tutorial.toml");
    let entry = "\n[[language]]\ncode = \"xx\"\nname = \"⟦⟧\"\nparts = [\"article\"]\n";
    fs::write(&manifest, fs::read_to_string(&manifest).unwrap() + entry).unwrap();
    let tutorial = Tutorial::read(root).unwrap();
    let language = tutorial.language("xx").unwrap();
    let mut words = Words::none();
    translation::notebooks(root, &tutorial, language, &mut words).unwrap();
    words::write(words.asked(), bracketed, &words::file(root, language)).unwrap();

    translation::write(root).unwrap();
    let (notebooks, _) = generated(root, language);
    for Translated { path, missing, .. } in &notebooks {
        assert!(missing.is_empty(), "{missing:#?}");
        let text = fs::read_to_string(path).unwrap();
        for expected in ["# ⟦UDP, hands on", "## 4 ⟦The program⟧", "#cell-id=program", ".xx.ipynb"]
        {
            assert!(text.contains(expected), "{} lacks {expected}", path.display());
        }
        assert!(text.contains("println!(\\\"⟦") && text.contains("// ⟦"), "{text}");
        assert!(!text.contains("lang=\\\"en\\\""), "{text}");
    }
    let part = tutorial.translation(tutorial.article(), language).unwrap();
    let files = Side::BOTH.map(|side| root.join(part.path(side)));
    let paths: Vec<_> = notebooks.iter().map(|notebook| notebook.path.clone()).collect();
    assert_eq!(paths, files);
}
