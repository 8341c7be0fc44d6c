//! `cargo lab progress`: which labs a learner has run, which exercises they have met, and what comes next.
//! It only reads the notebooks, as JupyterLab last saved them. A cell counts in whichever language it has run.
//!
//! When a kernel starts to run a cell, JupyterLab writes the time into the cell's metadata (`recordTiming` in
//! `install/jupyterlab.rs`). An output that the tutorial's authors recorded comes without that time.

mod cell;

use std::fmt;
use std::path::Path;

use anyhow::{Error, Result};
use installation::tutorial::{Part, Side, Tutorial};

use cell::{Cell, cells, text, with_translations};

/// What the output of an exercise says when the learner's change is right, in every language.
const MET: &str = "Exercise: met.";

/// The ends of the ids of cells that belong to an exercise, which has a column of its own.
const OF_EXERCISE: [&str; 3] = ["-check", "-exercise", "-solution"];

/// How far a learner is.
pub struct Progress {
    parts: Vec<(Part, Vec<Row>)>,
    /// Why a notebook could not be read: one line for each such notebook.
    pub unreadable: Vec<String>,
}

/// A lab, or the article as a whole.
struct Row {
    title: String,
    minutes: Option<u64>,
    /// How many of its cells have run, and how many there are; `None` if one of its notebooks cannot be read.
    cells: Option<(usize, usize)>,
    exercise: Exercise,
}

#[derive(Clone, Copy, PartialEq)]
enum Exercise {
    /// The article has none.
    None,
    /// Its notebook cannot be read, or it has been removed from there.
    Unknown,
    NotMet,
    Met,
}

impl Progress {
    /// Reads the notebooks of the clone `repository`. A notebook that cannot be read only leaves gaps.
    pub fn read(repository: &Path) -> Result<Progress> {
        let tutorial = Tutorial::read(repository)?;
        let (mut parts, mut unreadable) = (Vec::new(), Vec::new());
        for part in &tutorial.parts {
            let mut notebooks = Vec::new();
            for side in Side::BOTH {
                let mut read = |part: &Part| {
                    let report = |error| unreadable.push(unreadable_notebook(part, &error));
                    cells(repository, &part.path(side)).map_err(report).ok()
                };
                let source = read(part);
                let translations: Vec<_> =
                    tutorial.translations(part).iter().filter_map(&mut read).collect();
                notebooks.extend(source.map(|cells| with_translations(cells, &translations)));
            }
            let is_article = tutorial.is_article(part);
            let rows =
                if is_article { vec![article(part, &notebooks)] } else { labs(part, &notebooks) };
            parts.push((part.clone(), rows));
        }
        Ok(Progress { parts, unreadable })
    }

    /// The first lab in reading order that is not finished.
    fn next(&self) -> Option<(&Part, &Row)> {
        self.parts.iter().find_map(|(part, rows)| {
            let row = rows.iter().find(|row| row.is_unfinished())?;
            Some((part, row))
        })
    }

    fn what_comes_next(&self) -> String {
        let Some((part, row)) = self.next() else {
            if !self.unreadable.is_empty() {
                return "What is left is in notebooks that cannot be read.".into();
            }
            return "You have run every cell and met every exercise.".into();
        };
        let minutes = row.minutes.map(|minutes| format!(", about {minutes} minutes"));
        let command = format!("cargo lab {}", part.name);
        let left = row.left().map(|left| format!(" Still to do: {left}."));
        format!(
            "Next: {}{}. `{command}` opens it.{}",
            row.title,
            minutes.unwrap_or_default(),
            left.unwrap_or_default()
        )
    }
}

impl Row {
    fn is_unfinished(&self) -> bool {
        self.cells.is_some_and(|(run, all)| run < all) || self.exercise == Exercise::NotMet
    }

    /// What is left to do, if the learner has begun.
    fn left(&self) -> Option<String> {
        let (run, all) = self.cells.filter(|(run, _)| *run > 0)?;
        let cells = match all - run {
            0 => None,
            1 => Some("1 cell".to_string()),
            more => Some(format!("{more} cells")),
        };
        let exercise = (self.exercise == Exercise::NotMet).then(|| "the exercise".to_string());
        Some([cells, exercise].into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }

    /// Its line of the table, as columns.
    fn columns(&self) -> [String; 4] {
        let unknown = || "?".to_string();
        let exercise = match self.exercise {
            Exercise::None => "",
            Exercise::Unknown => "?",
            Exercise::NotMet => "not met",
            Exercise::Met => "met",
        };
        [
            self.title.clone(),
            self.minutes.map_or_else(unknown, |minutes| minutes.to_string()),
            match self.cells {
                None => unknown(),
                Some((run, all)) if run == all => format!("all {all}"),
                Some((0, all)) => format!("none of {all}"),
                Some((run, all)) => format!("{run} of {all}"),
            },
            exercise.into(),
        ]
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        let mut lines = vec![["", "minutes", "cells run", "exercise"].map(String::from)];
        for (part, rows) in &self.parts {
            if let [row] = &rows[..]
                && row.title == part.title
            {
                lines.push(row.columns());
                continue;
            }
            lines.push([part.title.clone(), String::new(), String::new(), String::new()]);
            for row in rows {
                let [title, minutes, cells, exercise] = row.columns();
                lines.push([format!("  {title}"), minutes, cells, exercise]);
            }
        }
        let width = |column: usize| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or_default()
        };
        let [first, second, third] = [0, 1, 2].map(width);
        for [title, minutes, cells, exercise] in &lines {
            let line = format!("{title:first$}  {minutes:>second$}  {cells:third$}  {exercise}");
            writeln!(to, "{}", line.trim_end())?;
        }
        writeln!(to, "\n{}", self.what_comes_next())?;
        writeln!(to, "Only what is saved counts: in JupyterLab, choose File → Save All.")
    }
}

/// Why a notebook of a part could not be read, and what to do.
fn unreadable_notebook(part: &Part, error: &Error) -> String {
    format!("{error:#}; `cargo lab fresh {}` puts the committed one back", part.name)
}

/// The article is one row: its sections have few cells, and no exercises.
fn article(part: &Part, notebooks: &[Vec<Cell>]) -> Row {
    let sections = part.sections.iter().zip(1..);
    let minutes = sections
        .map(|(section, number)| minutes(notebooks, &format!("{number} {}", section.title)));
    let is_own = |cell: &Cell| !cell.is_learners();
    Row {
        title: part.title.clone(),
        minutes: minutes.sum(),
        cells: counted(notebooks, is_own),
        exercise: Exercise::None,
    }
}

fn labs(part: &Part, notebooks: &[Vec<Cell>]) -> Vec<Row> {
    let sections = part.sections.iter().zip(1..);
    let rows = sections.map(|(section, number)| {
        let title = format!("{number} {}", section.title);
        let exercise = format!("{}-exercise", section.id);
        let is_own = |cell: &Cell| {
            let is_in_lab = lab_of(part, &cell.id) == Some(&section.id);
            is_in_lab && !OF_EXERCISE.iter().any(|end| cell.id.ends_with(end))
        };
        let mut all = notebooks.iter().flatten();
        let exercise = match all.find(|cell| cell.id == exercise) {
            None => Exercise::Unknown,
            Some(cell) if cell.shows(MET) => Exercise::Met,
            Some(_) => Exercise::NotMet,
        };
        let minutes = minutes(notebooks, &title);
        Row { title, minutes, cells: counted(notebooks, is_own), exercise }
    });
    rows.collect()
}

/// The id of the lab that a cell belongs to: the cell's id begins with it.
fn lab_of<'a>(part: &'a Part, cell: &str) -> Option<&'a str> {
    let labs = part.sections.iter().map(|section| section.id.as_str());
    let begins = |lab: &&str| {
        cell.strip_prefix(lab).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    labs.filter(begins).max_by_key(|lab| lab.len())
}

/// How many of these code cells have run, and how many there are, if both notebooks could be read.
fn counted(notebooks: &[Vec<Cell>], is_own: impl Fn(&Cell) -> bool) -> Option<(usize, usize)> {
    let [server, client] = notebooks else { return None };
    let own = || server.iter().chain(client).filter(|cell| cell.is_code() && is_own(cell));
    Some((own().filter(|cell| cell.has_run()).count(), own().count()))
}

/// What the table below the notebooks' titles says about the section with this heading.
fn minutes(notebooks: &[Vec<Cell>], heading: &str) -> Option<u64> {
    let begin = format!("| [{heading}](");
    let titles = notebooks.iter().flatten().filter(|cell| cell.id == "title");
    let texts: Vec<String> = titles.map(|cell| text(&cell.content["source"])).collect();
    let row = texts.iter().flat_map(|text| text.lines()).find(|line| line.starts_with(&begin))?;
    row.trim_end_matches([' ', '|']).rsplit(' ').next()?.parse().ok()
}
