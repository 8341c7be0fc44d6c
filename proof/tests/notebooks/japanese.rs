//! The Japanese translation's language: its terms, its punctuation, and characters that can be drawn.

use std::fs;
use std::ops::RangeInclusive;
use std::process::Command;

use installation::tutorial::{Language, Tutorial, page_words, repository};
use proof::translation::words::Message;
use regex::Regex;

use crate::translation::{generated, languages};

/// The rows of the glossary: the English term, the Japanese one, and the forms that are not used.
fn glossary() -> Vec<[String; 3]> {
    let text = fs::read_to_string(repository().join("po/glossary.ja.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let columns: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [english, japanese, avoided] = columns[..] else { panic!("{row}") };
        [english, japanese, avoided].map(String::from)
    })
    .collect()
}

/// The terms in bold, without the words that lead a paragraph.
fn terms(text: &str) -> Vec<String> {
    let bold = Regex::new(r"\*\*([^*]+)\*\*").unwrap();
    let leads = ["Only on your own machine.", "You need", "Keys.", "Predict:", "Why:", "Try:"];
    let found = bold.captures_iter(text).map(|found| found[1].to_string());
    found.filter(|term| !leads.contains(&term.as_str())).collect()
}

/// A form does not count within a longer word that ends with a long vowel.
fn avoids_other_forms(text: &str, glossary: &[[String; 3]]) {
    let forms = glossary.iter().flat_map(|[_, _, avoided]| avoided.split('、'));
    for form in forms.filter(|form| !form.is_empty()) {
        let is_whole = |at: usize| !text[at + form.len()..].starts_with('ー');
        let found = text.match_indices(form).find(|(at, _)| is_whole(*at));
        assert_eq!(found, None, "{form} in {text}");
    }
}

#[test]
fn terms_are_those_of_the_glossary() {
    let tutorial = Tutorial::read(&repository()).unwrap();
    let (_, words) = generated(&repository(), tutorial.language("ja").unwrap());
    let glossary = glossary();
    let mut count = 0;
    for Message { context, text, .. } in words.asked() {
        let said = words.look_up(context, text).unwrap();
        for term in terms(text) {
            let row = glossary.iter().find(|[english, ..]| *english == term);
            let Some([_, japanese, _]) = row else { panic!("the glossary lacks {term}") };
            assert!(said.contains(&format!("**{japanese}**")), "{term}: {japanese} in {said}");
            count += 1;
        }
        avoids_other_forms(&said, &glossary);
    }
    for file in ["README.ja.md", "src/explain/japanese.rs", "notebooks/tutorial.toml"] {
        avoids_other_forms(&fs::read_to_string(repository().join(file)).unwrap(), &glossary);
    }
    assert!(count > 40, "{count} terms");
}

/// No blank between Japanese and Latin, no half-width punctuation after Japanese.
#[test]
fn text_is_spaced_and_punctuated_alike() {
    let tutorial = Tutorial::read(&repository()).unwrap();
    let (_, words) = generated(&repository(), tutorial.language("ja").unwrap());
    let kana = "[\\p{Hiragana}\\p{Katakana}\\p{Han}ー、。（）「」：]";
    let wrong = format!(
        "{kana} +[A-Za-z0-9`]|[A-Za-z0-9`] +{kana}|{kana}[,.;:?!()]|[Ａ-Ｚａ-ｚ０-９]|[，．]"
    );
    let wrong = Regex::new(&wrong).unwrap();
    let allowed =
        Regex::new(r"^#+ |\[[^\]]*\]\([^)]*\)|\(\[|\\\.|as |\]\)|over [CS](,[CS])?: ").unwrap();
    for Message { context, text, kind } in words.asked() {
        if ["diagram or code", "what a change shows, as a regular expression"].contains(kind) {
            continue;
        }
        let said = words.look_up(context, text).unwrap();
        let said = allowed.replace_all(&said, "");
        let found = wrong.find(&said).map(|found| found.as_str());
        assert_eq!(found, None, "{context}: {said}");
    }
}

/// The characters of this machine's fonts for a language, as ranges.
fn glyphs(language: &Language) -> Vec<RangeInclusive<u32>> {
    let mut list = Command::new("fc-list");
    let listed = list.args([&format!(":lang={}", language.code), "charset"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let ranges = listed.split(|at: char| at.is_whitespace() || at == ':' || at == '=');
    let number = |text: &str| u32::from_str_radix(text, 16).ok();
    ranges
        .filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some(number(first)?..=number(last)?)
        })
        .collect()
}

#[test]
#[ignore = "needs fontconfig and a Japanese font"]
fn every_character_is_in_a_font_of_the_language() {
    for language in languages() {
        let glyphs = glyphs(&language);
        let (notebooks, _) = generated(&repository(), &language);
        let mut texts: Vec<String> = notebooks.into_iter().map(|one| one.text).collect();
        let files = [page_words(&language.code), format!("README.{}.md", language.code)];
        texts.extend(files.map(|file| fs::read_to_string(repository().join(file)).unwrap()));
        for character in texts.concat().chars().filter(|one| !one.is_control()) {
            let is_drawn = glyphs.iter().any(|range| range.contains(&u32::from(character)));
            assert!(is_drawn, "no font for {} has {character:?}", language.code);
        }
    }
}
