//! How long a learner needs, by a formula: three learners who read, ran and solved everything took four hours for
//! the first twelve labs and the article, and the constants are fitted to that.

use anyhow::{Context, Result};
use installation::tutorial::{Part, Tutorial};

use crate::notebook::Notebook;
use crate::pair::Pair;

/// Words of text that a learner reads in a minute.
const WORDS: f64 = 180.0;
/// Lines of code that they read in a minute.
const LINES: f64 = 20.0;
/// Minutes for a Try.
const TRY: f64 = 1.5;
/// Minutes for an exercise.
const EXERCISE: f64 = 3.0;
/// Minutes to run a cell and look at its output.
const CELL: f64 = 0.25;

/// The minutes of every section, by the names of the parts.
pub struct Minutes(Vec<(String, Vec<u64>)>);

impl Minutes {
    /// Computes them from the notebooks of this clone.
    pub fn of(tutorial: &Tutorial) -> Result<Minutes> {
        let of_part = |part: &Part| {
            let pair = Pair::read(part)?;
            let sections = 1..=part.sections.len();
            Ok((part.name.clone(), sections.map(|number| of_section(&pair, number)).collect()))
        };
        Ok(Minutes(tutorial.parts.iter().map(of_part).collect::<Result<_>>()?))
    }

    /// Those of a part's sections, in their order.
    pub fn sections(&self, part: &Part) -> Result<&[u64]> {
        let found = self.0.iter().find(|(name, _)| *name == part.name);
        Ok(&found.with_context(|| format!("no part {}", part.name))?.1)
    }

    /// Those of a part.
    pub fn part(&self, part: &Part) -> Result<u64> {
        Ok(self.sections(part)?.iter().sum())
    }

    /// The whole tutorial in half hours, as text: "4½".
    pub fn hours(&self) -> String {
        let all: u64 = self.0.iter().flat_map(|(_, sections)| sections).sum();
        let halves = (all + 15) / 30;
        format!("{}{}", halves / 2, if halves % 2 == 1 { "½" } else { "" })
    }
}

/// The section with this number, in both notebooks.
fn of_section(pair: &Pair, number: usize) -> u64 {
    let minutes = of_notebook(&pair.server, number) + of_notebook(&pair.client, number);
    minutes.round() as u64
}

fn of_notebook(notebook: &Notebook, number: usize) -> f64 {
    let heading = format!("## {number} ");
    let mut minutes = 0.0;
    let mut is_inside = false;
    for (id, text, is_code) in notebook.texts() {
        if !is_code && text.starts_with("## ") {
            is_inside = text.starts_with(&heading);
        }
        // The time for an exercise includes its hints.
        if !is_inside || id.ends_with("-hint") {
            continue;
        }
        minutes += if is_code {
            let is_solution = id.ends_with("-solution");
            CELL + if is_solution { 0.0 } else { lines_of_code(&text) as f64 / LINES }
        } else {
            let of = |mark: &str| text.matches(mark).count() as f64;
            words(&text) / WORDS + TRY * of("**Try:**") + EXERCISE * of("**Exercise")
        };
    }
    minutes
}

fn words(text: &str) -> f64 {
    text.split_whitespace().count() as f64
}

/// The number of lines that are neither blank nor a comment.
pub fn lines_of_code(code: &str) -> usize {
    let holds_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    code.lines().map(str::trim_start).filter(holds_code).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_rounded_to_halves() {
        let hours = |minutes| Minutes(vec![("a".into(), vec![minutes])]).hours();
        assert_eq!([240, 254, 255, 280].map(hours), ["4", "4", "4½", "4½"].map(String::from));
    }
}
