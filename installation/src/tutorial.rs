//! The clone that this crate was built in, and the manifest of its notebooks.

use std::fs;
use std::io::ErrorKind;
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
    /// The server's cells that run until they are interrupted.
    pub until_interrupted: Vec<String>,
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

/// All parts in reading order. The first is the article.
#[derive(Clone, Debug)]
pub struct Tutorial {
    pub parts: Vec<Part>,
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
        manifest.done()?;
        ensure!(!parts.is_empty(), "it lists no parts");
        for (index, part) in parts.iter().enumerate() {
            let is_new = parts[..index].iter().all(|other| other.name != part.name);
            ensure!(is_new, "two parts are named {}", part.name);
        }
        Ok(Tutorial { parts })
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

    /// The paths of all notebooks, relative to the clone.
    pub fn notebooks(&self) -> Vec<String> {
        let parts = self.parts.iter();
        parts.flat_map(|part| Side::BOTH.map(|side| part.path(side))).collect()
    }
}

fn part(mut entry: Entry) -> Result<Part> {
    let part = Part {
        name: entry.text("name")?,
        title: entry.text("title")?,
        about: entry.text("about")?,
        files: [entry.text("server")?, entry.text("client")?],
        sections: entry.entries("section")?.into_iter().map(section).collect::<Result<_>>()?,
        until_interrupted: entry.texts("until_interrupted")?,
    };
    entry.done()?;
    for file in &part.files {
        ensure!(
            !file.contains(['/', '\\']),
            "{file} must be a file name in notebooks/, without a folder"
        );
    }
    Ok(part)
}

fn section(mut entry: Entry) -> Result<Section> {
    let section = Section { id: entry.text("id")?, title: entry.text("title")? };
    entry.done()?;
    Ok(section)
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
    fn misspelt_missing_and_duplicate_entries_are_refused() {
        let refusal = |text: &str| format!("{:#}", Tutorial::parse(text).unwrap_err());
        assert!(refusal("").contains("part is missing"));
        let head = PART.replace("title = 'A'", "head = 'A'");
        assert!(refusal(&head).starts_with("title is missing"), "{}", refusal(&head));
        let extra = PART.replace("about", "subject = ''\nabout");
        assert_eq!(refusal(&extra), "unknown keys: subject");
        assert_eq!(refusal(&PART.repeat(2)), "two parts are named one");
        assert!(refusal(&PART.replace("s.ipynb", "../s.ipynb")).contains("must be a file name"));
        let tutorial = Tutorial::parse(PART).unwrap();
        let error = tutorial.part("two").unwrap_err().to_string();
        assert_eq!(error, "there is no part two: choose from one");
    }
}
