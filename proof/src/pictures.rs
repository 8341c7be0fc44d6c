//! `cargo proof pictures`: the pictures that Chromium draws for the documents: for the page, the
//! diagrams in the notebooks' text as JupyterLab renders them; for the README, a screenshot.

use std::fs;

use anyhow::{Context, Result, ensure};
use harness::browser::LabPage;
use harness::running::Running;
use harness::saved::Saved;
use installation::tutorial::{Part, Side, repository};
use serde_json::json;

use crate::merge::{DIAGRAMS, diagram, mark};
use crate::pair::Pair;

/// The README's picture.
const PICTURE: &str = "docs/lab.png";

/// A diagram in a notebook's text: the id of its cell, and its source.
type Diagram = (String, String);

fn diagrams(part: &Part) -> Result<Vec<Diagram>> {
    let pair = Pair::read(part)?;
    let texts = Side::BOTH.into_iter().flat_map(|side| pair.notebook(side).texts());
    Ok(texts.filter_map(|(id, text, _)| Some((id.into(), diagram(&text)?.into()))).collect())
}

/// The diagrams of a part, each with the SVG that JupyterLab renders on its page.
pub async fn drawn(page: &LabPage, part: &Part) -> Result<Vec<(Diagram, String)>> {
    let diagrams = diagrams(part)?;
    let drawn = "const drawn = document.querySelectorAll('.jp-RenderedMermaid img');";
    let all = format!("{drawn} return drawn.length === arguments[0]");
    page.until("all diagrams are drawn", &all, vec![json!(diagrams.len())]).await;
    let mut found = Vec::new();
    for (index, diagram) in diagrams.into_iter().enumerate() {
        let svg = page.eval(&format!("{drawn} {SMALL}"), vec![json!(index)]).await;
        found.push((
            diagram,
            svg.as_str().context("the rendered diagram is not a string")?.to_string(),
        ));
    }
    Ok(found)
}

/// Writes the diagrams and the README's picture.
pub async fn write(part: &Part) -> Result<()> {
    let _saved = Saved::all(); // JupyterLab may save what the cells show
    let mut lab = Running::start();
    let page = LabPage::open(&lab.url, part).await;
    fs::create_dir_all(repository().join(DIAGRAMS))?;
    for ((id, text), svg) in drawn(&page, part).await? {
        fs::write(
            repository().join(DIAGRAMS).join(format!("{id}.svg")),
            format!("{}{svg}\n", mark(&text)),
        )?;
    }
    for side in Side::BOTH {
        page.run(side, "setup").await;
    }
    page.start(Side::Server, "hello").await;
    page.until_running_shows(Side::Server, "hello", "waits.").await;
    for _ in 0..2 {
        page.run(Side::Client, "hello").await;
    }
    page.until_running_shows(Side::Server, "hello", "Server accessed.(2)").await;
    page.screenshot(&repository().join(PICTURE)).await;
    page.driver.clone().quit().await?;
    ensure!(lab.interrupt().success(), "cargo lab exited with an error");
    Ok(())
}

/// Returns a rendered diagram, without the style that JupyterLab repeats for each word, and with
/// coordinates rounded to one decimal.
const SMALL: &str = "
    const svg = decodeURIComponent(drawn[arguments[0]].src);
    const page = new DOMParser().parseFromString(svg.slice(svg.indexOf('<svg')), 'image/svg+xml');
    for (const word of page.querySelectorAll('foreignObject *')) word.removeAttribute('style');
    for (const label of page.querySelectorAll('foreignObject > *')) {
        label.setAttribute('style',
            'display: table-cell; white-space: nowrap; line-height: 1.5; text-align: center');
    }
    for (const line of page.querySelectorAll('path')) {
        const digits = number => String(Math.round(number * 10) / 10);
        line.setAttribute('d', line.getAttribute('d').replace(/-?\\d+\\.\\d+/g, digits));
    }
    return new XMLSerializer().serializeToString(page)";
