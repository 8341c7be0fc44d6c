//! `cargo proof pictures`: the pictures that Chromium draws for the documents: for the page, the
//! diagrams in the notebooks' text as JupyterLab renders them; for the README, a screenshot.

use std::fs;

use anyhow::{Context, Result, ensure};
use harness::browser::LabPage;
use harness::running::Running;
use harness::saved::Saved;
use installation::tutorial::{Part, Side, Tutorial, repository};
use serde_json::json;

use crate::merge::{DIAGRAMS, diagram, mark, picture};
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

/// Writes the diagrams of the article in all languages, and the README's picture.
pub async fn write(tutorial: &Tutorial) -> Result<()> {
    let article = tutorial.article();
    let _saved = Saved::all(); // JupyterLab may save what the cells show
    let mut lab = Running::start();
    let mut page = LabPage::open(&lab.url, article).await;
    fs::create_dir_all(repository().join(DIAGRAMS))?;
    store(&page, article).await?;
    picture_for_readme(&page).await;
    for translation in tutorial.translations(article) {
        page.turn_to(&lab.open_part(&translation), &translation).await;
        store(&page, &translation).await?;
    }
    page.driver.clone().quit().await?;
    ensure!(lab.interrupt().success(), "cargo lab exited with an error");
    Ok(())
}

/// Writes the diagrams of the part that the page shows. They say their language, which decides on the shapes
/// of Chinese characters.
async fn store(page: &LabPage, part: &Part) -> Result<()> {
    for ((id, text), svg) in drawn(page, part).await? {
        let svg = match &part.language {
            Some(code) => svg.replacen("<svg ", &format!("<svg lang=\"{code}\" "), 1),
            None => svg,
        };
        let file = repository().join(DIAGRAMS).join(picture(part, &id));
        fs::write(file, format!("{}{svg}\n", mark(&text)))?;
    }
    Ok(())
}

async fn picture_for_readme(page: &LabPage) {
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
