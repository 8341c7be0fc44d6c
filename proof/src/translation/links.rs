//! Links between notebooks: a translation leads to translations.
//!
//! The fragments of the source are made of headings, as JupyterLab makes them. Those of a translation name the
//! cell: JupyterLab compares a fragment with the headings without decoding it first, so it finds no heading
//! that is not ASCII. It finds a cell by its id only if the link names the file as well, even its own.
//! nbconvert knows both kinds.

use std::collections::HashMap;

use regex::{Captures, Regex};

use super::text::EVERYWHERE;
use super::words::Words;

/// What follows a link that leads to English.
pub const IN_ENGLISH: &str = " (in English)";

/// Where links of the source lead in a translation.
#[derive(Default)]
pub struct Links {
    /// The translated notebooks, by the names of their sources.
    files: HashMap<String, String>,
    /// The headings, by the notebook and the anchor of the source.
    headings: HashMap<(String, String), Heading>,
    /// The notebook that the links stand in.
    own: String,
}

/// A heading of a translation.
struct Heading {
    words: String,
    cell: String,
}

impl Links {
    /// `files` are the sources and translations that there are.
    pub fn between(files: impl IntoIterator<Item = (String, String)>) -> Links {
        Links { files: files.into_iter().collect(), ..Links::default() }
    }

    /// Makes known how a heading of the notebook `file` is translated, and which cell begins with it.
    pub fn add(&mut self, file: &str, heading: &str, translation: &str, cell: &str) {
        let anchor = heading.replace(' ', "-"); // as JupyterLab does
        let heading = Heading { words: translation.into(), cell: cell.into() };
        self.headings.insert((file.into(), anchor), heading);
    }

    /// Those that stand in the notebook `file`.
    pub fn stand_in(&mut self, file: &str) {
        self.own = file.into();
    }

    /// The words of the translated heading that a link of the source leads to.
    pub fn words(&self, target: &str) -> Option<&str> {
        self.heading(target).map(|heading| heading.words.as_str())
    }

    fn heading(&self, target: &str) -> Option<&Heading> {
        let (file, fragment) = target.split_once('#')?;
        let file = if file.is_empty() { &self.own } else { file };
        self.headings.get(&(file.to_string(), fragment.to_string()))
    }

    /// The text with its links led on. Where the words of a link name the notebook, they name the
    /// translation. A link to a notebook that is not translated says so.
    pub fn lead(&self, text: &str, words: &mut Words) -> String {
        let link = Regex::new(r"\[([^\[\]]*)\]\(([^)\s#]*)(#[^)]*)?\)").expect("it is one");
        let lead = |found: &Captures| {
            let (words_of_link, file) = (&found[1], &found[2]);
            let fragment = found.get(3).map_or("", |found| found.as_str());
            if !file.is_empty() && !file.ends_with(".ipynb") {
                return found[0].to_string();
            }
            let heading = self.heading(&format!("{file}{fragment}"));
            let fragment = heading.map_or(fragment.into(), |to| format!("#cell-id={}", to.cell));
            let target = if file.is_empty() { &self.own } else { file };
            match self.files.get(target) {
                Some(translation) => {
                    let words = words_of_link.replace(target, translation);
                    format!("[{words}]({translation}{fragment})")
                }
                None => {
                    let mark = words.say(EVERYWHERE, "after a link", IN_ENGLISH);
                    let mark = mark.unwrap_or_default();
                    format!("[{words_of_link}]({file}{fragment}){mark}")
                }
            }
        };
        link.replace_all(text, lead).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translation::words::{Message, catalogue};

    #[test]
    fn links_lead_to_what_is_translated() {
        let mark = Message { context: EVERYWHERE.into(), text: IN_ENGLISH.into(), kind: "" };
        let mut words = Words::of(catalogue(&[mark], |_| "（英語）".into()));
        let translated = |name: &str| (format!("{name}.ipynb"), format!("{name}.ja.ipynb"));
        let mut links = Links::between(["c", "s"].map(translated));
        links.add("c.ipynb", "4 The program", "4 プログラム", "program");
        links.add("s.ipynb", "1 One", "1 一", "one");
        links.stand_in("s.ipynb");
        let mut lead = |text: &str| links.lead(text, &mut words);
        assert_eq!(lead("[a](c.ipynb#4-The-program)."), "[a](c.ja.ipynb#cell-id=program).");
        assert_eq!(lead("[c.ipynb](c.ipynb)"), "[c.ja.ipynb](c.ja.ipynb)");
        assert_eq!(lead("[a](#1-One)"), "[a](s.ja.ipynb#cell-id=one)");
        assert_eq!(lead("[a](labs.ipynb#1-One)"), "[a](labs.ipynb#1-One)（英語）");
        assert_eq!(lead("[a](https://a.b/#c)"), "[a](https://a.b/#c)");
    }
}
