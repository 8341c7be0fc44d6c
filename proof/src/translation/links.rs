//! Links between notebooks: a translation leads to translations, and to their headings.

use std::collections::HashMap;

use regex::{Captures, Regex};

use super::text::EVERYWHERE;
use super::words::Words;

/// Where links of the source lead in a translation.
#[derive(Default)]
pub struct Links {
    /// The translated notebooks, by the names of their sources.
    files: HashMap<String, String>,
    /// The translated headings, by the notebook and the anchor of the source.
    headings: HashMap<(String, String), String>,
    /// The notebook that the links stand in.
    own: String,
}

/// The anchor that JupyterLab gives a heading.
pub fn anchor(heading: &str) -> String {
    heading.replace(' ', "-")
}

impl Links {
    /// `files` are the sources and translations that there are.
    pub fn between(files: impl IntoIterator<Item = (String, String)>) -> Links {
        Links { files: files.into_iter().collect(), ..Links::default() }
    }

    /// Makes known how a heading of the notebook `file` is translated.
    pub fn add(&mut self, file: &str, heading: &str, translation: &str) {
        self.headings.insert((file.into(), anchor(heading)), translation.into());
    }

    /// Those that stand in the notebook `file`.
    pub fn stand_in(&mut self, file: &str) {
        self.own = file.into();
    }

    /// The translated heading that a link of the source leads to.
    pub fn heading(&self, target: &str) -> Option<&str> {
        let (file, fragment) = target.split_once('#')?;
        let file = if file.is_empty() { &self.own } else { file };
        self.headings.get(&(file.to_string(), fragment.to_string())).map(String::as_str)
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
            let fragment = heading.map_or(fragment.into(), |to| format!("#{}", anchor(to)));
            match self.files.get(file) {
                Some(translation) => {
                    let words = words_of_link.replace(file, translation);
                    format!("[{words}]({translation}{fragment})")
                }
                None if file.is_empty() => format!("[{words_of_link}]({fragment})"),
                None => {
                    let mark = words.say(EVERYWHERE, "after a link", " (in English)");
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
        let mark = " (in English)";
        let mark = Message { context: EVERYWHERE.into(), text: mark.into(), kind: "" };
        let mut words = Words::of(catalogue(&[mark], |_| "（英語）".into()));
        let mut links = Links::between([("c.ipynb".to_string(), "c.ja.ipynb".to_string())]);
        links.add("c.ipynb", "4 The program", "4 プログラム");
        links.add("s.ipynb", "1 One", "1 一");
        links.stand_in("s.ipynb");
        let mut lead = |text: &str| links.lead(text, &mut words);
        assert_eq!(lead("[a](c.ipynb#4-The-program)."), "[a](c.ja.ipynb#4-プログラム).");
        assert_eq!(lead("[c.ipynb](c.ipynb)"), "[c.ja.ipynb](c.ja.ipynb)");
        assert_eq!(lead("[a](#1-One)"), "[a](#1-一)");
        assert_eq!(lead("[a](labs.ipynb#1-One)"), "[a](labs.ipynb#1-One)（英語）");
        assert_eq!(lead("[a](https://a.b/#c)"), "[a](https://a.b/#c)");
    }
}
