//! What a learner meets without running anything: both notebooks as `jupyter nbconvert` shows them.

use crate::common;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use launcher::tutorial::repository;
use nbformat::v4::Output;
use proof::notebook::Notebook;
use scraper::{Html, Selector};

/// A notebook as a page, by its name without the ending.
fn page(name: &str) -> Html {
    let folder = tempfile::tempdir().unwrap();
    let mut convert = Command::new(common::prepared().venv_program("jupyter"));
    convert.args(["nbconvert", "--to", "html", "--output-dir"]).arg(folder.path());
    convert.arg(repository().join(format!("notebooks/{name}.ipynb")));
    let output = convert.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Html::parse_document(&fs::read_to_string(folder.path().join(format!("{name}.html"))).unwrap())
}

fn attributes(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let values = page.select(&selector).map(|element| element.attr(name).unwrap_or_default());
    values.map(String::from).collect()
}

/// The figures that are recorded in a notebook.
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
fn every_figure_output_and_link_is_there_without_a_kernel() {
    let (server, client) = common::notebooks();
    let pages = HashMap::from(["server", "client"].map(|name| (name, page(name))));
    let places: HashMap<&str, HashSet<String>> = pages
        .iter()
        .map(|(name, page)| (*name, attributes(page, "[id]", "id").into_iter().collect()))
        .collect();
    let mut pictures = 0;
    for (name, notebook) in [("server", server), ("client", client)] {
        let page = &pages[name];

        let text: String = page.root_element().text().collect();
        for cell in notebook.code_cells() {
            let shown = cell.recorded.stdout;
            assert!(text.contains(shown.trim_end()), "{name}: {} shows {shown}", cell.id);
        }

        let shown = attributes(page, ".jp-RenderedSVG img", "src");
        let recorded = figures(&notebook);
        assert_eq!(shown.len(), recorded.len(), "the figures of {name}");
        pictures += shown.len();
        for (source, figure) in shown.iter().zip(&recorded) {
            let encoded = source.strip_prefix("data:image/svg+xml;base64,").unwrap();
            let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
            assert_eq!(decoded.trim(), figure.trim());
            let label = figure.split_once("role=\"img\" aria-label=\"").expect("a label").1;
            assert!(label.find('"').is_some_and(|length| length > 5), "{label:.40}");
        }
        assert!(attributes(page, "img", "alt").iter().all(|words| !words.is_empty()));

        let links = attributes(page, "a[href]", "href");
        let within: Vec<&str> = links.iter().filter_map(|link| link.strip_prefix('#')).collect();
        assert!(within.len() > 15, "{name} has a table of contents: {within:?}");
        for place in within {
            assert!(places[name].contains(place), "{name} has no #{place}");
        }
        let beside: Vec<&String> =
            links.iter().filter(|link| !link.contains("://") && !link.starts_with('#')).collect();
        assert!(!beside.is_empty(), "{name} leads to the other notebook");
        for link in beside {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            assert!(repository().join("notebooks").join(file).exists(), "{name} links to {link}");
            let other = file.strip_suffix(".ipynb").map(|other| &places[other]);
            assert!(place.is_empty() || other.unwrap().contains(place), "{name} links to {link}");
        }
    }
    assert!(pictures >= 6, "{pictures} figures");
}
