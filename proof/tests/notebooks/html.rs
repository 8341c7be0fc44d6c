//! What a learner sees without running anything: all notebooks as `jupyter nbconvert` renders them.

use crate::common;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use installation::tutorial::{Side, repository};
use nbformat::v4::Output;
use percent_encoding::percent_decode_str;
use proof::notebook::Notebook;
use proof::pair::{self, Pair};
use scraper::{Html, Selector};

/// All notebooks as pages, by file name.
fn pages(files: &[String]) -> HashMap<&str, Html> {
    let folder = tempfile::tempdir().unwrap();
    let mut convert = Command::new(common::prepared().venv_program("jupyter"));
    convert.args(["nbconvert", "--to", "html", "--output-dir"]).arg(folder.path());
    convert.args(files.iter().map(|file| repository().join("notebooks").join(file)));
    let output = convert.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = |file: &str| {
        let page = folder.path().join(file).with_extension("html");
        Html::parse_document(&fs::read_to_string(page).unwrap())
    };
    files.iter().map(|file| (file.as_str(), page(file))).collect()
}

fn attributes(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let values = page.select(&selector).map(|element| element.attr(name).unwrap_or_default());
    values.map(String::from).collect()
}

/// Addresses and ids without percent signs; nbconvert puts them into both.
fn decoded(all: Vec<String>) -> Vec<String> {
    let decoded = |one: String| percent_decode_str(&one).decode_utf8().unwrap().into_owned();
    all.into_iter().map(decoded).collect()
}

/// The figures recorded in a notebook.
fn figures(notebook: &Notebook) -> Vec<String> {
    let cells = notebook.code_cells();
    let outputs = cells.iter().flat_map(|cell| &cell.recorded.rich);
    let bundles = outputs.filter_map(|output| match output {
        Output::ExecuteResult(result) => Some(serde_json::to_value(&result.data).unwrap()),
        _ => None,
    });
    bundles
        .filter_map(|bundle| {
            let text = |kind: &str| match &bundle[kind] {
                serde_json::Value::Array(lines) => {
                    Some(lines.iter().filter_map(|line| line.as_str()).collect::<String>())
                }
                value => value.as_str().map(String::from),
            };
            let figure = text("image/svg+xml")?;
            assert!(text("text/plain").is_some_and(|words| words.len() > 20), "{bundle}");
            Some(figure)
        })
        .collect()
}

#[test]
fn without_a_kernel_every_figure_output_and_link_is_there() {
    let pairs = pair::in_all_languages().unwrap();
    let sides = pairs.iter().flat_map(|pair| Side::BOTH.map(|side| (pair, side)));
    let sides: Vec<_> = sides.collect();
    let files: Vec<String> =
        sides.iter().map(|(pair, side)| pair.part.file(*side).to_string()).collect();
    let pages = pages(&files);
    let places: HashMap<&str, HashSet<String>> = pages
        .iter()
        .map(|(name, page)| (*name, decoded(attributes(page, "[id]", "id")).into_iter().collect()))
        .collect();
    let (mut pictures, mut within_all) = (0, 0);
    for (pair, side) in sides {
        let (name, notebook) = (pair.part.file(side), pair.notebook(side));
        let page = &pages[name];

        let text: String = page.root_element().text().collect();
        for cell in notebook.code_cells() {
            let shown = cell.recorded.stdout;
            assert!(text.contains(shown.trim_end()), "{name}: {} shows {shown}", cell.id);
        }

        let shown = attributes(page, ".jp-RenderedSVG img", "src");
        let recorded = figures(notebook);
        assert_eq!(shown.len(), recorded.len(), "the figures of {name}");
        pictures += shown.len();
        for (source, figure) in shown.iter().zip(&recorded) {
            let encoded = source.strip_prefix("data:image/svg+xml;base64,").unwrap();
            let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
            assert_eq!(decoded.trim(), figure.trim());
            let label =
                figure.split_once("role=\"img\" aria-label=\"").expect("the figure has no label").1;
            assert!(label.find('"').is_some_and(|length| length > 5), "{label:.40}");
        }
        assert!(attributes(page, "img", "alt").iter().all(|words| !words.is_empty()));

        within_all += links_lead_somewhere(pair, side, page, &places);
    }
    assert!(pictures >= 6, "{pictures} figures");
    assert!(within_all > 30, "{within_all} links within notebooks");
}

/// Checks that each link leads to an existing file, or to an existing place in this or another
/// notebook. Returns the number of links within the notebook.
fn links_lead_somewhere(
    pair: &Pair,
    side: Side,
    page: &Html,
    places: &HashMap<&str, HashSet<String>>,
) -> usize {
    let name = pair.part.file(side);
    let links = decoded(attributes(page, "a[href]", "href"));
    let own = |link: &str| Some(link.strip_prefix(name).unwrap_or(link).strip_prefix('#')?.into());
    let within: Vec<String> = links.iter().filter_map(|link| own(link)).collect();
    let sections = pair.part.sections.len();
    assert!(within.len() >= 2 * sections, "{name} lacks a table of contents: {within:?}");
    let count = within.len();
    for place in within {
        assert!(places[name].contains(&place), "{name} has no #{place}");
    }
    let beside: Vec<&String> =
        links.iter().filter(|link| !link.contains("://") && !link.starts_with('#')).collect();
    assert!(beside.iter().any(|link| link.starts_with(pair.part.file(side.other()))), "{name}");
    for link in beside {
        let (file, place) = link.split_once('#').unwrap_or((link, ""));
        assert!(repository().join("notebooks").join(file).exists(), "{name} links to {link}");
        let other = places.get(file);
        assert!(place.is_empty() || other.unwrap().contains(place), "{name} links to {link}");
    }
    count
}
