//! What a page has around its notebooks: its words, and the ways to the other parts and languages.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::Result;
use installation::tutorial::{Language, Part, Side, Tutorial, repository};
use serde_json::{Map, Value, json};

use crate::minutes::Minutes;
use crate::translation::page::{self, PAGE, WAY, said};
use crate::translation::words::Words;
use crate::translation::{self, EVERYWHERE, IN_ENGLISH};

/// A language of the pages.
pub struct Spoken<'a> {
    /// `None` for English.
    language: Option<&'a Language>,
    words: Words,
    /// The template's words, by the English ones.
    labels: Map<String, Value>,
    /// How many messages of each notebook stand in English, by its path.
    english: HashMap<PathBuf, usize>,
    /// How many of the template's words do.
    english_labels: usize,
}

/// All languages of the pages, English first.
pub struct Languages<'a> {
    tutorial: &'a Tutorial,
    minutes: Minutes,
    all: Vec<Spoken<'a>>,
}

impl<'a> Spoken<'a> {
    fn read(tutorial: &Tutorial, language: &'a Language) -> Result<Spoken<'a>> {
        let mut words = Words::read(&repository(), language)?;
        let notebooks = translation::notebooks(&repository(), tutorial, language, &mut words)?;
        let english = notebooks.into_iter().map(|one| (one.path, one.missing.len())).collect();
        let labels = said(&words)?;
        let english_labels =
            page::labels()?.iter().filter(|one| !labels.contains_key(*one)).count();
        Ok(Spoken { language: Some(language), words, labels, english, english_labels })
    }

    fn english() -> Spoken<'a> {
        Spoken {
            language: None,
            words: Words::none(),
            labels: Map::new(),
            english: HashMap::new(),
            english_labels: 0,
        }
    }

    fn code(&self) -> Option<&str> {
        self.language.map(|language| &*language.code)
    }

    /// What is the same in all notebooks, such as a part's name.
    fn everywhere(&self, text: &str) -> String {
        self.words.look_up(EVERYWHERE, text).unwrap_or_else(|| text.into())
    }

    /// The part in this language, or `None` if it is not translated.
    fn part(&self, tutorial: &Tutorial, part: &Part) -> Option<Part> {
        match self.language {
            Some(language) => tutorial.translation(part, language),
            None => tutorial.part(&part.name).ok().cloned(),
        }
    }

    /// How many messages of a part's page stand in English.
    fn left_in_english(&self, part: &Part) -> usize {
        let notebook = |side| self.english.get(&repository().join(part.path(side)));
        let notebooks: usize = Side::BOTH.into_iter().filter_map(notebook).sum();
        notebooks + self.english_labels
    }
}

impl<'a> Languages<'a> {
    /// Reads what translators have said.
    pub fn read(tutorial: &'a Tutorial) -> Result<Languages<'a>> {
        let others = tutorial.languages.iter().map(|language| Spoken::read(tutorial, language));
        let all = std::iter::once(Ok(Spoken::english())).chain(others).collect::<Result<_>>()?;
        Ok(Languages { tutorial, minutes: Minutes::of(tutorial)?, all })
    }

    /// What the template reads in the metadata of the merged notebook of `part`.
    pub fn around(&self, part: &Part) -> Result<Vec<(&'static str, Value)>> {
        let own = self.all.iter().find(|spoken| spoken.code() == part.language.as_deref());
        let own = own.expect("a part is in one of the languages");
        let parts = self.tutorial.parts.iter().map(|other| self.entry(own, part, other));
        let others = self.all.iter().filter(|other| other.code() != own.code());
        let (title, about) = (own.everywhere(&part.title), own.everywhere(&part.about));
        let (server, client) = (part.file(Side::Server), part.file(Side::Client));
        Ok(vec![
            ("parts", parts.collect::<Result<_>>()?),
            ("languages", others.map(|other| self.switch(part, other)).collect()),
            (
                "part",
                json!({ "title": title, "about": about, "server": server, "client": client,
                "language": part.language, "english": own.left_in_english(part) }),
            ),
            ("words", Value::Object(own.labels.clone())),
            ("root", json!(root(part))),
        ])
    }

    /// An entry of the list of parts. What is not translated says so.
    fn entry(&self, own: &Spoken, here: &Part, other: &Part) -> Result<Value> {
        let there = own.part(self.tutorial, other);
        let mark = if there.is_none() { own.everywhere(IN_ENGLISH) } else { String::new() };
        let page = address(self.tutorial, here, there.as_ref().unwrap_or(other));
        Ok(json!({ "title": own.everywhere(&other.title), "mark": mark,
            "about": own.everywhere(&other.about), "minutes": self.minutes.part(other)?,
            "page": page, "is_here": other.name == here.name }))
    }

    /// The way to another language: to the same place there, or to the article if the part is not
    /// translated, which the link says.
    fn switch(&self, here: &Part, other: &Spoken) -> Value {
        let name = other.language.map_or("English", |language| &*language.name);
        let there = other.part(self.tutorial, here);
        let is_same = there.is_some();
        let article = || other.part(self.tutorial, self.tutorial.article());
        let Some(there) = there.or_else(article) else { return Value::Null };
        let said = other.words.look_up(PAGE, WAY);
        let way = said.as_deref().unwrap_or(WAY).replace("{language}", name);
        let way = way.replace("{part}", &other.everywhere(&there.title));
        json!({ "name": if is_same { name } else { &way }, "is_same": is_same,
            "code": other.code().unwrap_or("en"), "page": address(self.tutorial, here, &there) })
    }
}

/// The page of a part, from the folder of all pages. Each translation has a folder.
pub fn page_path(tutorial: &Tutorial, part: &Part) -> String {
    let folder = part.language.as_ref().map(|code| format!("{code}/")).unwrap_or_default();
    format!("{folder}{}", page_name(tutorial, part))
}

fn page_name(tutorial: &Tutorial, part: &Part) -> String {
    if tutorial.is_article(part) { "index.html".into() } else { format!("{}.html", part.name) }
}

/// The way from the page of a part to the folder of all pages.
pub fn root(part: &Part) -> &'static str {
    if part.language.is_some() { "../" } else { "" }
}

/// The way from the page of a part to the page of another.
pub fn address(tutorial: &Tutorial, from: &Part, to: &Part) -> String {
    if from.language == to.language {
        page_name(tutorial, to)
    } else {
        format!("{}{}", root(from), page_path(tutorial, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_lead_to_each_other_from_their_folders() {
        let tutorial = Tutorial::read(&repository()).unwrap();
        let (article, other) = (tutorial.article(), &tutorial.parts[1]);
        let there = tutorial.translations(article).remove(0);
        assert_eq!(page_path(&tutorial, &there), "ja/index.html");
        assert_eq!(address(&tutorial, article, &there), "ja/index.html");
        assert_eq!(address(&tutorial, &there, &there), "index.html");
        assert_eq!(address(&tutorial, &there, article), "../index.html");
        assert_eq!(address(&tutorial, &there, other), "../datagrams.html");
        assert_eq!(address(&tutorial, other, article), "index.html");
    }

    #[test]
    fn what_is_not_translated_says_so() {
        let tutorial = Tutorial::read(&repository()).unwrap();
        let languages = Languages::read(&tutorial).unwrap();
        let around = |part: &Part| -> Map<_, _> {
            let around = languages.around(part).unwrap().into_iter();
            around.map(|(key, value)| (key.to_string(), value)).collect()
        };
        let there = around(&tutorial.translations(tutorial.article())[0]);
        assert_eq!(
            (&there["parts"][0]["mark"], &there["parts"][1]["mark"]),
            (&json!(""), &json!("（英語）"))
        );
        let way = |part| around(part)["languages"][0].clone();
        let is_same = |way: &Value| (way["is_same"].clone(), way["name"] == json!("日本語"));
        assert_eq!(is_same(&way(tutorial.article())), (json!(true), true));
        assert_eq!(is_same(&way(&tutorial.parts[1])), (json!(false), false), "it names the part");
    }
}
