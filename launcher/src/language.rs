//! Which language a pair opens in: English, or the one that `cargo lab --language` names.

use anyhow::{Context, Result};
use installation::tutorial::{Part, Tutorial};

/// The part in the language with this code, or in English.
pub fn part_in(tutorial: &Tutorial, part: &Part, code: Option<&str>) -> Result<Part> {
    let Some(code) = code else { return Ok(part.clone()) };
    let language = tutorial.language(code)?;
    tutorial.translation(part, language).with_context(|| {
        format!(
            "{} is not translated into {} yet, only {}; `cargo lab {0}` opens it in English",
            part.name,
            language.name,
            language.parts.join(", ")
        )
    })
}

/// What to say to a reader whose system is in a language that parts are translated into. `locale` is the
/// system's, for example `ja-JP`.
pub fn hint<'a>(tutorial: &'a Tutorial, locale: &str) -> Option<&'a str> {
    let is_of_system = |code: &str| {
        locale.strip_prefix(code).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    tutorial.languages.iter().find(|language| is_of_system(&language.code))?.hint.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use installation::tutorial::repository;

    #[test]
    fn a_locale_is_its_language_alone_or_with_a_region() {
        let tutorial = Tutorial::read(&repository()).unwrap();
        for locale in ["ja", "ja-JP", "ja-Hira-JP"] {
            assert!(hint(&tutorial, locale).is_some_and(|hint| hint.ends_with("--language ja")));
        }
        for locale in ["en-US", "C", "POSIX", "", "jam-JM", "en-JA"] {
            assert_eq!(hint(&tutorial, locale), None, "{locale}");
        }
    }
}
