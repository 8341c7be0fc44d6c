//! What the notebooks and the README say about all parts: tables of parts and labs, whose rows come from the
//! manifest, and the minutes that each takes.

use std::fs;

use anyhow::{Context, Result, ensure};
use installation::tutorial::{Part, Side, Tutorial, repository};
use regex::Regex;

use crate::minutes::Minutes;
use crate::pair::Pair;

/// The file with the list of all parts.
const README: &str = "README.md";

/// Writes all of it anew, and folds the recorded outputs that would answer a prediction.
pub fn write(tutorial: &Tutorial) -> Result<()> {
    let minutes = Minutes::of(tutorial)?;
    for part in &tutorial.parts {
        let mut pair = Pair::read(part)?;
        let predicted = pair.predicted();
        for side in Side::BOTH {
            for (id, text) in lists_of(tutorial, &minutes, &pair, side)? {
                pair.notebook_mut(side).set_source(&id, &text)?;
            }
            if !tutorial.is_article(part) {
                pair.notebook_mut(side).fold_outputs(&predicted);
            }
            pair.notebook(side).write()?;
        }
    }
    fs::write(repository().join(README), readme(tutorial, &minutes)?)?;
    Ok(())
}

/// The cells of a notebook that hold a list or minutes, with the text that they should have.
pub fn lists_of(
    tutorial: &Tutorial,
    minutes: &Minutes,
    pair: &Pair,
    side: Side,
) -> Result<Vec<(String, String)>> {
    let notebook = pair.notebook(side);
    let text = |id: &str| {
        let texts = notebook.texts();
        let found = texts.into_iter().find(|(own, ..)| *own == id).map(|(_, text, _)| text);
        found.with_context(|| format!("{} has no cell {id}", pair.part.file(side)))
    };
    let rows = contents(&pair.part, minutes.sections(&pair.part)?);
    if tutorial.is_article(&pair.part) {
        let title = with_rows(&text("title")?, "| Section | Minutes |", &rows)?;
        let takes = format!("takes about {} minutes", minutes.part(&pair.part)?);
        let title = replaced(&title, r"takes about \d+ minutes", &takes)?;
        let hours = format!("about {} hours", minutes.hours());
        let title = replaced(&title, r"about [\d½]+ hours", &hours)?;
        let head = format!("| Pair | Its {} | What it is about | Minutes |", side.other().name());
        let rows = tutorial.parts[1..].iter().map(|part| what_comes_next(part, minutes, side));
        let next = with_rows(&text("next")?, &head, &rows.collect::<Result<Vec<_>>>()?)?;
        return Ok(vec![("title".into(), title), ("next".into(), next)]);
    }
    let title = with_rows(&text("title")?, "| Lab | Minutes |", &rows)?;
    let mut lists = vec![("title".to_string(), title)];
    for (section, minutes) in pair.part.sections.iter().zip(minutes.sections(&pair.part)?) {
        let id = format!("{}-text", section.id);
        let takes = format!("\n\n*{minutes} minutes.*");
        lists.push((id.clone(), replaced(&text(&id)?, r"\n\n\*\d+ minutes\.\*", &takes)?));
    }
    Ok(lists)
}

/// The README with its list of parts.
pub fn readme(tutorial: &Tutorial, minutes: &Minutes) -> Result<String> {
    let row = |(index, part): (usize, &Part)| {
        let name = if index > 0 { format!(" {}", part.name) } else { String::new() };
        Ok(format!("| `cargo lab{name}` | {} | {} |", part.about, minutes.part(part)?))
    };
    let rows = tutorial.parts.iter().enumerate().map(row).collect::<Result<Vec<_>>>()?;
    let text = fs::read_to_string(repository().join(README))?;
    with_rows(&text, "| opened by | what it is about | minutes |", &rows)
}

/// The rows of a part's table of contents, with the anchors that JupyterLab gives the headings.
fn contents(part: &Part, minutes: &[u64]) -> Vec<String> {
    let sections = part.sections.iter().zip(minutes).zip(1..);
    let rows = sections.map(|((section, minutes), number)| {
        let heading = format!("{number} {}", section.title);
        format!("| [{heading}](#{}) | {minutes} |", heading.replace(' ', "-"))
    });
    rows.collect()
}

fn what_comes_next(part: &Part, minutes: &Minutes, side: Side) -> Result<String> {
    let (own, other) = (part.file(side), part.file(side.other()));
    let (Part { title, about, .. }, name) = (part, side.other().name());
    Ok(format!("| [{title}]({own}) | [{name}]({other}) | {about} | {} |", minutes.part(part)?))
}

/// A text whose one match of `pattern` is replaced.
fn replaced(text: &str, pattern: &str, by: &str) -> Result<String> {
    let pattern = Regex::new(pattern)?;
    ensure!(pattern.find_iter(text).count() == 1, "{pattern} is not there once in {text:?}");
    Ok(pattern.replace(text, by).into_owned())
}

/// A text in which the table below `head` has these rows.
fn with_rows(text: &str, head: &str, rows: &[String]) -> Result<String> {
    let (before, table) = text.split_once(head).with_context(|| format!("no table {head}"))?;
    let mut lines = table.split_inclusive('\n');
    let rule: String = lines.by_ref().take(2).collect(); // the end of the head's line, and the rule
    let rest: String = lines.skip_while(|line| line.starts_with('|')).collect();
    let end = if rest.is_empty() && !text.ends_with('\n') { "" } else { "\n" };
    Ok(format!("{before}{head}{rule}{}{end}{rest}", rows.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rows_of_the_table_change() {
        let rows = ["| b |".to_string(), "| c |".to_string()];
        let text = "Before.\n\n| x |\n| --- |\n| a |\n\nAfter.";
        let expected = "Before.\n\n| x |\n| --- |\n| b |\n| c |\n\nAfter.";
        assert_eq!(with_rows(text, "| x |", &rows).unwrap(), expected);
        assert_eq!(with_rows(expected, "| x |", &rows).unwrap(), expected);
        assert_eq!(
            with_rows("| x |\n| - |\n| a |", "| x |", &rows).unwrap(),
            "| x |\n| - |\n| b |\n| c |"
        );
        assert!(with_rows(text, "| y |", &rows).is_err());
    }
}
