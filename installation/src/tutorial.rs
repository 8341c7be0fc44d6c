//! The clone that this crate was built in, and the manifest of its notebooks.

use std::fs;
use std::io::ErrorKind;
use std::iter;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use toml::{Table, Value};

/// The manifest in the clone, which lists the parts of the tutorial in reading order.
const MANIFEST: &str = "notebooks/tutorial.toml";

/// The clone's folder.
pub fn repository() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().expect("installation/ has a parent").to_path_buf()
}

/// One of the two notebooks of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The notebook on the left.
    Server,
    /// The notebook on the right.
    Client,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Server, Side::Client];

    pub fn name(self) -> &'static str {
        match self {
            Side::Server => "server",
            Side::Client => "client",
        }
    }

    pub fn other(self) -> Side {
        match self {
            Side::Server => Side::Client,
            Side::Client => Side::Server,
        }
    }
}

/// A section of both notebooks of a part, with the same number and title in both.
#[derive(Clone, Debug)]
pub struct Section {
    /// The prefix of its cells' ids. The heading's id is the prefix alone or followed by `-text`.
    pub id: String,
    pub title: String,
}

/// A pair of notebooks.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its name on the command line of `cargo lab`.
    pub name: String,
    pub title: String,
    /// A summary for lists of parts.
    pub about: String,
    /// The file names of the server's notebook and the client's.
    files: [String; 2],
    pub sections: Vec<Section>,
    /// The code of the language that it is translated into, or `None` for the English source. The names
    /// and titles here are always those of the source.
    pub language: Option<String>,
    /// The server's cells that run until they are interrupted.
    pub until_interrupted: Vec<String>,
}

/// The path of the pages' words in another language, by the English ones, relative to the clone.
pub fn page_words(code: &str) -> String {
    format!("page/{code}.json")
}

impl Part {
    /// The path of one notebook, relative to the clone.
    pub fn path(&self, side: Side) -> String {
        format!("notebooks/{}", self.file(side))
    }

    /// The file name of one notebook.
    pub fn file(&self, side: Side) -> &str {
        &self.files[side as usize]
    }

    /// The server's `PORT`, if another program on this machine is using that UDP port.
    pub fn port_in_use(&self, repository: &Path) -> Option<u16> {
        let notebook = fs::read_to_string(repository.join(self.path(Side::Server))).ok()?;
        let (_, rest) = notebook.split_once("const PORT: u16 = ")?;
        let port = rest.split_once(';')?.0.parse().ok()?;
        // Windows denies permission for a port that another program holds exclusively.
        let taken = [ErrorKind::AddrInUse, ErrorKind::PermissionDenied];
        let error = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).err()?;
        taken.contains(&error.kind()).then_some(port)
    }
}

/// A language that some of the parts are translated into.
#[derive(Clone, Debug)]
pub struct Language {
    /// The code of its locale, as in `po/ja.po` and `server.ja.ipynb`.
    pub code: String,
    /// Its name in itself.
    pub name: String,
    /// The names of the translated parts.
    pub parts: Vec<String>,
    /// What `cargo lab` says on a system whose locale is this language.
    pub hint: Option<String>,
    /// What JupyterLab calls it, if `launcher/requirements.in` has its language pack.
    pub locale: Option<String>,
}

/// All parts in reading order. The first is the article.
#[derive(Clone, Debug)]
pub struct Tutorial {
    pub parts: Vec<Part>,
    pub languages: Vec<Language>,
}

impl Tutorial {
    /// Reads the manifest in the clone `repository`.
    pub fn read(repository: &Path) -> Result<Tutorial> {
        let file = repository.join(MANIFEST);
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Tutorial::parse(&text).with_context(|| file.display().to_string())
    }

    fn parse(text: &str) -> Result<Tutorial> {
        let mut manifest = Entry(text.parse::<Table>()?);
        let parts = manifest.entries("part")?.into_iter().map(part).collect::<Result<Vec<_>>>()?;
        let languages = manifest.entries_if_any("language")?.into_iter().map(language);
        let languages = languages.collect::<Result<Vec<_>>>()?;
        manifest.done()?;
        ensure!(!parts.is_empty(), "it lists no parts");
        for (index, part) in parts.iter().enumerate() {
            let is_new = parts[..index].iter().all(|other| other.name != part.name);
            ensure!(is_new, "two parts are named {}", part.name);
        }
        let tutorial = Tutorial { parts, languages };
        for name in tutorial.languages.iter().flat_map(|language| &language.parts) {
            tutorial.part(name).context("a language has an unknown part")?;
        }
        Ok(tutorial)
    }

    /// The part that mirrors the article.
    pub fn article(&self) -> &Part {
        &self.parts[0]
    }

    pub fn is_article(&self, part: &Part) -> bool {
        part.name == self.article().name
    }

    /// Looks up a part by its name.
    pub fn part(&self, name: &str) -> Result<&Part> {
        let found = self.parts.iter().find(|part| part.name == name);
        found.with_context(|| {
            format!("there is no part {name}: choose from {}", self.names().join(", "))
        })
    }

    pub fn names(&self) -> Vec<&str> {
        self.parts.iter().map(|part| part.name.as_str()).collect()
    }

    /// The language that a part is translated into, or `None` for a part of the source.
    pub fn language_of(&self, part: &Part) -> Option<&Language> {
        self.languages.iter().find(|language| Some(&language.code) == part.language.as_ref())
    }

    /// Looks up a language by its code.
    pub fn language(&self, code: &str) -> Result<&Language> {
        let found = self.languages.iter().find(|language| language.code == code);
        found.with_context(|| format!("there is no language {code}: choose from {}", self.codes()))
    }

    fn codes(&self) -> String {
        let codes: Vec<&str> =
            self.languages.iter().map(|language| language.code.as_str()).collect();
        codes.join(", ")
    }

    /// The translation of a part of the source, if there is one: its notebooks are named
    /// `server.ja.ipynb` where those of the source are named `server.ipynb`.
    pub fn translation(&self, part: &Part, language: &Language) -> Option<Part> {
        language.parts.contains(&part.name).then(|| Part {
            files: part.files.each_ref().map(|file| {
                let name = file.strip_suffix(NOTEBOOK).expect("the manifest was checked");
                format!("{name}.{}{NOTEBOOK}", language.code)
            }),
            language: Some(language.code.clone()),
            ..part.clone()
        })
    }

    /// The translations of a part of the source into all languages.
    pub fn translations(&self, part: &Part) -> Vec<Part> {
        let languages = self.languages.iter();
        languages.filter_map(|language| self.translation(part, language)).collect()
    }

    /// A part of the source, followed by its translations.
    pub fn in_all_languages(&self, part: &Part) -> Vec<Part> {
        [vec![part.clone()], self.translations(part)].concat()
    }

    /// All parts in reading order, each followed by its translations.
    pub fn parts_in_all_languages(&self) -> Vec<Part> {
        self.parts.iter().flat_map(|part| self.in_all_languages(part)).collect()
    }

    /// The paths of all notebooks in all languages, relative to the clone.
    pub fn notebooks(&self) -> Vec<String> {
        let parts = self.parts_in_all_languages().into_iter();
        parts.flat_map(|part| Side::BOTH.map(|side| part.path(side))).collect()
    }
}

/// The suffix of a notebook's file.
const NOTEBOOK: &str = ".ipynb";

fn part(mut entry: Entry) -> Result<Part> {
    let part = Part {
        name: entry.text("name")?,
        title: entry.text("title")?,
        about: entry.text("about")?,
        files: [entry.text("server")?, entry.text("client")?],
        sections: entry.entries("section")?.into_iter().map(section).collect::<Result<_>>()?,
        language: None,
        until_interrupted: entry.texts("until_interrupted")?,
    };
    entry.done()?;
    for file in &part.files {
        ensure!(
            !file.contains(['/', '\\']),
            "{file} must be a file name in notebooks/, without a folder"
        );
        ensure!(file.ends_with(NOTEBOOK), "{file} must end with {NOTEBOOK}");
    }
    Ok(part)
}

fn section(mut entry: Entry) -> Result<Section> {
    let section = Section { id: entry.text("id")?, title: entry.text("title")? };
    entry.done()?;
    Ok(section)
}

fn language(mut entry: Entry) -> Result<Language> {
    let language = Language {
        code: entry.text("code")?,
        name: entry.text("name")?,
        parts: entry.texts("parts")?,
        hint: entry.text_if_any("hint")?,
        locale: entry.text_if_any("locale")?,
    };
    entry.done()?;
    // Both become parts of paths.
    for code in iter::once(&language.code).chain(&language.locale) {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        ensure!(code.chars().all(is_plain), "{code} is not a language's code");
    }
    Ok(language)
}

/// A table of the manifest. The parser takes out each key it knows; any key left over is misspelt.
struct Entry(Table);

impl Entry {
    fn take(&mut self, key: &str) -> Result<Value> {
        self.0.remove(key).with_context(|| format!("{key} is missing in {:?}", self.0))
    }

    fn text(&mut self, key: &str) -> Result<String> {
        let value = self.take(key)?;
        Ok(value.as_str().with_context(|| format!("{key} is not a string"))?.to_string())
    }

    fn text_if_any(&mut self, key: &str) -> Result<Option<String>> {
        if self.0.contains_key(key) { self.text(key).map(Some) } else { Ok(None) }
    }

    fn texts(&mut self, key: &str) -> Result<Vec<String>> {
        let Some(values) = self.0.remove(key) else { return Ok(Vec::new()) };
        let texts = values.as_array().and_then(|values| {
            values.iter().map(|value| value.as_str().map(String::from)).collect()
        });
        texts.with_context(|| format!("{key} is not a list of strings"))
    }

    fn entries(&mut self, key: &str) -> Result<Vec<Entry>> {
        let Value::Array(entries) = self.take(key)? else { bail!("{key} is not a list") };
        let entry = |value| match value {
            Value::Table(table) => Ok(Entry(table)),
            _ => bail!("an entry of {key} is not a table"),
        };
        entries.into_iter().map(entry).collect()
    }

    fn entries_if_any(&mut self, key: &str) -> Result<Vec<Entry>> {
        if self.0.contains_key(key) { self.entries(key) } else { Ok(Vec::new()) }
    }

    fn done(self) -> Result<()> {
        let left: Vec<String> = self.0.into_iter().map(|(key, _)| key).collect();
        ensure!(left.is_empty(), "unknown keys: {}", left.join(", "));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = "[[part]]\nname = 'one'\ntitle = 'One'\nabout = 'one'\nserver = 's.ipynb'\n\
        client = 'c.ipynb'\n[[part.section]]\nid = 'a'\ntitle = 'A'\n";

    #[test]
    fn a_port_in_use_is_found_by_the_port_in_the_notebook() {
        let clone = tempfile::tempdir().unwrap();
        let one = Tutorial::parse(PART).unwrap().parts.remove(0);
        assert_eq!(one.port_in_use(clone.path()), None, "there is no notebook");
        fs::create_dir(clone.path().join("notebooks")).unwrap();
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        let source = format!("\"const PORT: u16 = {port}; // the article's\\n\"");
        fs::write(clone.path().join(one.path(Side::Server)), source).unwrap();
        assert_eq!(one.port_in_use(clone.path()), Some(port));
        drop(server);
        assert_eq!(one.port_in_use(clone.path()), None);
    }

    #[test]
    fn every_server_notebook_of_this_clone_sets_the_port() {
        for part in Tutorial::read(&repository()).unwrap().parts {
            let notebook = fs::read_to_string(repository().join(part.path(Side::Server))).unwrap();
            assert!(notebook.contains("const PORT: u16 = 49152;"), "{}", part.name);
        }
    }

    #[test]
    fn translations_are_named_after_their_source_and_language() {
        let language = "[[language]]\ncode = 'xx'\nname = 'X'\nparts = ['one']\n";
        let tutorial = Tutorial::parse(&format!("{PART}{language}")).unwrap();
        let names = ["s.ipynb", "c.ipynb", "s.xx.ipynb", "c.xx.ipynb"];
        assert_eq!(tutorial.notebooks(), names.map(|name| format!("notebooks/{name}")));
        let translated = tutorial.translations(&tutorial.parts[0]).remove(0);
        assert_eq!((translated.name.as_str(), translated.language.as_deref()), ("one", Some("xx")));
        assert_eq!(tutorial.language_of(&translated).unwrap().name, "X");
        assert!(tutorial.language_of(&tutorial.parts[0]).is_none());
        assert!(tutorial.language("yy").unwrap_err().to_string().ends_with("choose from xx"));
    }

    #[test]
    fn misspelt_missing_and_duplicate_entries_are_refused() {
        let refusal = |text: &str| format!("{:#}", Tutorial::parse(text).unwrap_err());
        assert!(refusal("").contains("part is missing"));
        let head = PART.replace("title = 'A'", "head = 'A'");
        assert!(refusal(&head).starts_with("title is missing"), "{}", refusal(&head));
        let extra = PART.replace("about", "subject = ''\nabout");
        assert_eq!(refusal(&extra), "unknown keys: subject");
        assert_eq!(refusal(&PART.repeat(2)), "two parts are named one");
        assert!(refusal(&PART.replace("s.ipynb", "../s.ipynb")).contains("must be a file name"));
        let language = "[[language]]\ncode = 'xx'\nname = 'X'\nparts = ['two']\n";
        assert!(refusal(&format!("{PART}{language}")).contains("there is no part two"));
        let folder = language.replace("xx", "../x").replace("two", "one");
        assert_eq!(refusal(&format!("{PART}{folder}")), "../x is not a language's code");
        let locale = language.replace("two", "one") + "locale = '../x'\n";
        assert_eq!(refusal(&format!("{PART}{locale}")), "../x is not a language's code");
        let tutorial = Tutorial::parse(PART).unwrap();
        let error = tutorial.part("two").unwrap_err().to_string();
        assert_eq!(error, "there is no part two: choose from one");
    }
}
