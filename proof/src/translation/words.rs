//! The messages of the source and their translations, in gettext's format.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use installation::child;
use installation::tutorial::Language;
use polib::catalog::Catalog;
use polib::message::{Message as Entry, MessageMutView, MessageView};
use polib::metadata::CatalogMetadata;
use polib::po_file;

/// What a translator is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it stands: the notebook and the cell's id.
    pub context: String,
    pub text: String,
    /// What it is, for the translator.
    pub kind: &'static str,
}

/// Translations of messages. It remembers which messages it was asked for.
pub struct Words {
    catalogue: Catalog,
    asked: Vec<Message>,
    missing: Vec<Message>,
}

/// The file with a language's translations in the clone `root`.
pub fn file(root: &Path, language: &Language) -> PathBuf {
    root.join("po").join(format!("{}.po", language.code))
}

impl Words {
    /// Reads those of a language.
    pub fn read(root: &Path, language: &Language) -> Result<Words> {
        let file = file(root, language);
        let catalogue = po_file::parse(&file).map_err(|error| anyhow!("{error:?}"));
        Ok(Words::of(catalogue.with_context(|| file.display().to_string())?))
    }

    /// No translations at all.
    pub fn none() -> Words {
        Words::of(Catalog::new(CatalogMetadata::new()))
    }

    pub fn of(catalogue: Catalog) -> Words {
        Words { catalogue, asked: Vec::new(), missing: Vec::new() }
    }

    /// The translation of a message, or `None` if it is missing or fuzzy: made of another English text.
    pub fn say(&mut self, context: &str, kind: &'static str, text: &str) -> Option<String> {
        let found = self.look_up(context, text);
        let message = Message { context: context.into(), text: text.into(), kind };
        if found.is_none() && !self.missing.contains(&message) {
            self.missing.push(message.clone());
        }
        if !self.asked.contains(&message) {
            self.asked.push(message);
        }
        found
    }

    /// As [`Words::say`], but is not remembered.
    pub fn look_up(&self, context: &str, text: &str) -> Option<String> {
        let entry = self.catalogue.find_message(Some(context), text, None)?;
        let usable = entry.is_translated() && !entry.is_fuzzy();
        usable.then(|| entry.msgstr().expect("it is not plural").to_string())
    }

    /// All messages that it was asked for, in order.
    pub fn asked(&self) -> &[Message] {
        &self.asked
    }

    /// Those without a translation, since [`Words::forget_missing`].
    pub fn missing(&self) -> &[Message] {
        &self.missing
    }

    pub fn forget_missing(&mut self) {
        self.missing.clear();
    }

    /// The translations that nobody asked for: their source is gone.
    pub fn left_over(&self) -> Vec<String> {
        let is_asked = |entry: &dyn MessageView| {
            let key = |message: &Message| {
                entry.msgctxt() == Some(message.context.as_str()) && entry.msgid() == message.text
            };
            self.asked.iter().any(key)
        };
        let left = self.catalogue.messages().filter(|entry| !is_asked(*entry));
        left.map(|entry| entry.msgid().to_string()).collect()
    }

    /// Whether the file has an entry for the message, translated or not.
    pub fn has(&self, message: &Message) -> bool {
        self.catalogue.find_message(Some(&message.context), &message.text, None).is_some()
    }
}

/// The messages as a catalogue in which `translate` gives the translations.
pub fn catalogue(messages: &[Message], translate: impl Fn(&Message) -> String) -> Catalog {
    let mut metadata = CatalogMetadata::new();
    metadata.project_id_version = "UDP, hands on".into();
    metadata.mime_version = "1.0".into();
    metadata.content_type = "text/plain; charset=UTF-8".into();
    metadata.content_transfer_encoding = "8bit".into();
    let mut catalogue = Catalog::new(metadata);
    for message in messages {
        let mut entry = Entry::build_singular();
        entry.with_msgctxt(message.context.clone()).with_msgid(message.text.clone());
        let mut entry = entry.with_msgstr(translate(message)).done();
        *entry.extracted_comments_mut() = message.kind.into();
        catalogue.append_or_update(entry);
    }
    catalogue
}

/// Writes the messages into `file`, with the translations that `translate` gives.
pub fn write(
    messages: &[Message],
    translate: impl Fn(&Message) -> String,
    file: &Path,
) -> Result<()> {
    Ok(po_file::write_to_file(&catalogue(messages, translate), file)?)
}

/// Merges the messages of today's source into the translations in `file`: an entry whose English text
/// has changed becomes fuzzy and keeps the previous text, and one whose text is gone is commented out.
pub fn merge(messages: &[Message], file: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("source.pot");
    write(messages, |_| String::new(), &source)?;
    ensure!(file.exists(), "{} is missing: make it with msginit", file.display());
    let merged = folder.path().join("merged.po");
    let mut msgmerge = child::command(PathBuf::from("msgmerge"));
    msgmerge.args(["--previous", "--quiet", "--width=100", "--output-file"]);
    run(msgmerge.arg(&merged).arg(file).arg(&source))?;
    Ok(fs::write(file, fs::read(merged)?)?)
}

/// Has gettext check the translations in `file`.
pub fn check(file: &Path) -> Result<()> {
    let mut msgfmt = child::command(PathBuf::from("msgfmt"));
    run(msgfmt.args(["--check", "--output-file=-"]).arg(file))
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let ran = command.output().with_context(|| format!("cannot run {name}: install gettext"))?;
    let report = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.success(), "{name} fails: {}", report.trim_end());
    Ok(())
}
