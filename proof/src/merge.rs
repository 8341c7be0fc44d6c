//! A part's two notebooks as one, for the page that shows them side by side: nbconvert makes it of that, with
//! the template in `page/`.
//!
//! A row of the page holds what stands beside each other: a section's head, a pair of code cells that
//! belong together, or what each side has until the next such pair.

use std::fs;

use anyhow::{Context, Result, ensure};
use installation::tutorial::{Part, Side, Tutorial, repository};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::around::{Languages, address, root};
use crate::notebook::source;
use crate::pair::Pair;

/// Where the diagrams are that JupyterLab has drawn of the notebooks' text, from the clone's folder.
pub const DIAGRAMS: &str = "docs/diagrams";

/// How a diagram begins and ends in a cell of text.
const FENCE: [&str; 2] = ["```mermaid\n", "\n```"];

/// The file of a diagram in a notebook of `part`: each language has a picture of its own.
pub fn picture(part: &Part, id: &str) -> String {
    let language = part.language.as_ref().map(|code| format!(".{code}")).unwrap_or_default();
    format!("{id}{language}.svg")
}

/// The notebook that a part's page is made of, in JSON. Each cell's metadata says its own id, its side, its
/// row, the file of the other side, and which section begins with it (`page.id`, `page.side`, `page.row`,
/// `page.other`, `page.section`); the notebook's says what is around them.
pub fn merged(languages: &Languages, tutorial: &Tutorial, part: &Part) -> Result<Value> {
    let mut sides = Vec::new();
    for side in Side::BOTH {
        let path = repository().join(part.path(side));
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        sides.push(serde_json::from_str::<Value>(&text)?);
    }
    let mut cells = Vec::new();
    for (row, beside) in rows(part, &sides)?.into_iter().enumerate() {
        for (side, own) in Side::BOTH.into_iter().zip(beside) {
            for index in own {
                let cell = sides[side as usize]["cells"][index].clone();
                cells.push(on_page(tutorial, part, side, row, cell)?);
            }
        }
    }
    let mut merged = sides.swap_remove(0);
    merged["cells"] = Value::Array(cells);
    for (key, value) in languages.around(part)? {
        merged["metadata"][key] = value;
    }
    Ok(merged)
}

/// A cell as the page has it.
fn on_page(
    tutorial: &Tutorial,
    part: &Part,
    side: Side,
    row: usize,
    mut cell: Value,
) -> Result<Value> {
    let section = title(&cell).filter(|(level, _)| *level < 3).map(|(_, title)| title);
    if cell["cell_type"] == "markdown" {
        let text = with_diagram(part, &cell)?.unwrap_or_else(|| source(&cell));
        cell["source"] = json!(with_links(tutorial, part, &text));
    }
    let own = cell["id"].as_str().unwrap_or_default().to_string();
    cell["id"] = json!(format!("{}-{own}", side.name())); // both notebooks use the same ids
    cell["metadata"]["page"] = json!({ "id": own, "side": side.name(), "row": row,
        "other": part.file(side.other()), "section": section });
    Ok(cell)
}

/// A text whose links to the notebooks of other parts lead to their pages. The template turns those that stay
/// on the page.
fn with_links(tutorial: &Tutorial, part: &Part, text: &str) -> String {
    let mut text = text.to_string();
    let is_other = |other: &Part| (&other.name, &other.language) != (&part.name, &part.language);
    for other in tutorial.parts_in_all_languages().iter().filter(|other| is_other(other)) {
        for side in Side::BOTH {
            let (file, page) = (other.file(side), address(tutorial, part, other));
            let name = side.name();
            text = text.replace(&format!("]({file}#"), &format!("]({page}#{name}-"));
            text = text.replace(&format!("]({file})"), &format!("]({page}#cell-{name}-title)"));
        }
    }
    text
}

/// The rows of the page: which cells of the left notebook and which of the right one.
fn rows(part: &Part, sides: &[Value]) -> Result<Vec<[Vec<usize>; 2]>> {
    let steps = Pair::read(part)?.steps();
    let together: Vec<&str> = steps
        .iter()
        .filter(|step| step.on_server && step.on_client)
        .map(|step| &*step.id)
        .collect();
    // Where both sides stand at the same place: the heads of sections, and cells that run together.
    let meets = |cell: &Value| -> Option<String> {
        let id = cell["id"].as_str().unwrap_or_default();
        match title(cell) {
            Some((1, _)) if id == "title" => Some("title".into()),
            Some((level, title)) if level < 3 => Some(format!("section {title}")),
            _ => together.contains(&id).then(|| id.to_string()),
        }
    };
    let [left, right] = [0, 1].map(|side| meetings(&sides[side], &meets));
    let names = |parts: &[Meeting]| parts.iter().map(|part| part.0.clone()).collect::<Vec<_>>();
    ensure!(names(&left) == names(&right), "the notebooks of {} are not in step", part.name);
    let mut rows = Vec::new();
    for (left, right) in left.into_iter().zip(right) {
        rows.push([vec![left.1], vec![right.1]]);
        rows.push([left.2, right.2]);
    }
    rows.retain(|[left, right]| !left.is_empty() || !right.is_empty());
    Ok(rows)
}

/// A cell where both sides meet, by what it is there and its index, and those until the next one.
type Meeting = (String, usize, Vec<usize>);

fn meetings(notebook: &Value, meets: &impl Fn(&Value) -> Option<String>) -> Vec<Meeting> {
    let mut parts: Vec<Meeting> = Vec::new();
    for (index, cell) in notebook["cells"].as_array().into_iter().flatten().enumerate() {
        match (meets(cell), parts.last_mut()) {
            (Some(name), _) => parts.push((name, index, Vec::new())),
            (None, Some(part)) => part.2.push(index),
            (None, None) => parts.push((String::new(), index, Vec::new())),
        }
    }
    parts
}

/// The heading that a cell of text begins with, and its level.
fn title(cell: &Value) -> Option<(usize, String)> {
    if cell["cell_type"] != "markdown" {
        return None;
    }
    let source = source(cell);
    let line = source.lines().next()?;
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    (level > 0 && words.starts_with(' ')).then(|| (level, words.trim().to_string()))
}

/// The text of the diagram in a cell, if there is one.
pub fn diagram(source: &str) -> Option<&str> {
    let (_, rest) = source.split_once(FENCE[0])?;
    Some(rest.split_once(FENCE[1])?.0)
}

/// What the file of a drawn diagram begins with: a mark of the text that it was drawn of.
pub fn mark(diagram: &str) -> String {
    format!("<!-- drawn of {} -->\n", Uuid::new_v5(&Uuid::NAMESPACE_OID, diagram.as_bytes()))
}

/// The text of a cell with its diagram as a picture.
fn with_diagram(part: &Part, cell: &Value) -> Result<Option<String>> {
    let source = source(cell);
    let Some(diagram) = diagram(&source) else { return Ok(None) };
    let id = cell["id"].as_str().unwrap_or_default();
    let picture = picture(part, id);
    let file = repository().join(DIAGRAMS).join(&picture);
    let drawn = fs::read_to_string(&file).unwrap_or_default();
    ensure!(
        drawn.starts_with(&mark(diagram)),
        "{} is not drawn of the text that the cell {id} has now: CONTRIBUTING.md says how to draw it",
        file.display()
    );
    let words = cell["metadata"]["udp"]["words"].as_str();
    let words = words.with_context(|| format!("the diagram in {id} has no words (udp.words)"))?;
    let picture = format!("![{words}]({}diagrams/{picture})", root(part));
    Ok(Some(source.replace(&format!("{}{diagram}{}", FENCE[0], FENCE[1]), &picture)))
}
