//! The words of the pages around the notebooks: what the template in `page/` says, in its own words
//! `say('…')`, and the names of the parts.

use std::fs;

use anyhow::{Context, Result, ensure};
use installation::tutorial::{Tutorial, repository};
use regex::Regex;
use serde_json::{Map, Value, json};

use super::text::{EVERYWHERE, NAMES};
use super::words::Words;

/// The context of the template's words.
pub const PAGE: &str = "page";

/// The words of a link to another language that leads to another part.
pub const WAY: &str = "{language}: {part}";

/// The template, from the clone's folder.
const TEMPLATE: &str = "page/index.html.j2";

/// What the pages say around the notebooks, in English.
pub fn labels() -> Result<Vec<String>> {
    let file = repository().join(TEMPLATE);
    let template = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let labels = in_template(&template);
    ensure!(!labels.is_empty(), "{} says nothing", file.display());
    Ok([labels, vec![WAY.into()]].concat())
}

fn in_template(template: &str) -> Vec<String> {
    let say = Regex::new(r"\bsay\('([^']+)'\)").expect("it is one");
    say.captures_iter(template).map(|found| found[1].to_string()).collect()
}

/// Asks for all of the words.
pub fn ask(tutorial: &Tutorial, words: &mut Words) -> Result<()> {
    for label in labels()? {
        words.say(PAGE, "on the page around the notebooks", &label);
    }
    for part in &tutorial.parts {
        words.say(EVERYWHERE, NAMES, &part.title);
        words.say(EVERYWHERE, NAMES, &part.about);
    }
    Ok(())
}

/// The template's words in another language, by the English ones.
pub fn said(words: &Words) -> Result<Map<String, Value>> {
    let said = |label: String| Some((label.clone(), json!(words.look_up(PAGE, &label)?)));
    Ok(labels()?.into_iter().filter_map(said).collect())
}

/// The same with the parts' names, as the file that `cargo lab` reads.
pub fn file(tutorial: &Tutorial, words: &Words) -> Result<String> {
    let mut all = said(words)?;
    for english in tutorial.parts.iter().flat_map(|part| [&part.title, &part.about]) {
        if let Some(name) = words.look_up(EVERYWHERE, english) {
            all.insert(english.clone(), json!(name));
        }
    }
    Ok(format!("{:#}\n", Value::Object(all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_template_says_is_found() {
        let template = "<p title=\"{{ say('A {b}') | replace('{b}', 'c') }}\">{{ say('D') if e }}";
        assert_eq!(in_template(template), ["A {b}", "D"]);
    }
}
