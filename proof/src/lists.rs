//! The lists of parts and labs in notebooks and README: tables whose rows come from the manifest.

use std::fs;

use anyhow::{Context, Result};
use installation::tutorial::{Part, Side, Tutorial, repository};

use crate::pair::Pair;

/// The file with the list of all parts.
const README: &str = "README.md";

/// Writes all lists anew.
pub fn write(tutorial: &Tutorial) -> Result<()> {
    for part in &tutorial.parts {
        let mut pair = Pair::read(part)?;
        for side in Side::BOTH {
            for (id, text) in lists_of(tutorial, &pair, side)? {
                pair.notebook_mut(side).set_source(&id, &text)?;
            }
            pair.notebook(side).write()?;
        }
    }
    fs::write(repository().join(README), readme(tutorial)?)?;
    Ok(())
}

/// The cells of a notebook that hold a list, with their texts as the manifest has them.
pub fn lists_of(tutorial: &Tutorial, pair: &Pair, side: Side) -> Result<Vec<(String, String)>> {
    let is_article = tutorial.is_article(&pair.part);
    let what = if is_article { "Section" } else { "Lab" };
    let mut lists = vec![("title", format!("| {what} | Minutes |"), contents(&pair.part))];
    if is_article {
        let head = format!("| Pair | Its {} | What it is about | Minutes |", side.other().name());
        let rows = tutorial.parts[1..].iter().map(|part| what_comes_next(part, side));
        lists.push(("next", head, rows.collect()));
    }
    let texts = pair.notebook(side).texts();
    let list = |(id, head, rows): (&str, String, Vec<String>)| {
        let text = texts.iter().find(|(own, ..)| *own == id).map(|(_, text, _)| text);
        let text = text.with_context(|| format!("{} has no cell {id}", pair.part.file(side)))?;
        Ok((id.to_string(), with_rows(text, &head, &rows)?))
    };
    lists.into_iter().map(list).collect()
}

/// The README with its list as the manifest has it.
pub fn readme(tutorial: &Tutorial) -> Result<String> {
    let row = |(index, part): (usize, &Part)| {
        let name = if index > 0 { format!(" {}", part.name) } else { String::new() };
        format!("| `cargo lab{name}` | {} | {} |", part.about, part.minutes())
    };
    let rows: Vec<String> = tutorial.parts.iter().enumerate().map(row).collect();
    let text = fs::read_to_string(repository().join(README))?;
    with_rows(&text, "| opened by | what it is about | minutes |", &rows)
}

/// The rows of a part's table of contents, with the anchors that JupyterLab gives the headings.
fn contents(part: &Part) -> Vec<String> {
    let rows = part.sections.iter().zip(1..).map(|(section, number)| {
        let heading = format!("{number} {}", section.title);
        format!("| [{heading}](#{}) | {} |", heading.replace(' ', "-"), section.minutes)
    });
    rows.collect()
}

fn what_comes_next(part: &Part, side: Side) -> String {
    let (own, other) = (part.file(side), part.file(side.other()));
    let (Part { title, about, .. }, name) = (part, side.other().name());
    format!("| [{title}]({own}) | [{name}]({other}) | {about} | {} |", part.minutes())
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
