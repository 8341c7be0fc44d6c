//! The pages for who installs nothing: each part's notebooks side by side, in Chromium.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::browser::LabPage;
use harness::lab::prepared;
use installation::tutorial::{Side, Tutorial, repository};
use proof::around::page_path;
use proof::page as pages;
use proof::pair::Pair;
use serde_json::{Value, json};

use crate::ONE_AT_A_TIME;
use crate::languages::{it_looks_as_in_english, it_says_its_language, the_switch_keeps_the_place};

/// The checks of accessibility, from npm.
const AXE: &str = "axe-core@4.14.1";

/// What a page, all of them with their figures, and a first view may take, in bytes; the view as a server sends
/// it, packed.
const PAGE: u64 = 250_000;
const WHOLE: u64 = 1_600_000;
const FIRST: u64 = 100_000;

/// The widths that it is looked at in, and the themes of the system.
const VIEWS: [(u32, &str); 4] = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")];

#[tokio::test]
#[ignore = "needs chromium, chromedriver and npm"]
async fn the_page_shows_both_notebooks_side_by_side() {
    let folder = repository().join("target/page");
    let axe = axe();
    let tutorial = Tutorial::read(&repository()).unwrap();
    let parts = tutorial.parts_in_all_languages();
    let pairs: Vec<Pair> = {
        // The tests that save the notebooks have put them back before they let others go on.
        let _alone = ONE_AT_A_TIME.lock().await;
        pages::write(&prepared(), &folder).unwrap();
        parts.iter().map(|part| Pair::read(part).unwrap()).collect()
    };
    let page = LabPage::browser(tutorial.article()).await;
    let (mut links, mut figures) = (0, 0);
    for (part, pair) in parts.iter().zip(&pairs) {
        let file = folder.join(page_path(&tutorial, part));
        let size = file.metadata().unwrap().len();
        assert!(size <= PAGE, "{} takes {size} bytes", file.display());
        for (width, theme) in VIEWS {
            let view = View { page: &page, file: &file, pair, width, theme };
            view.look(&axe).await;
            if part.language.is_some() {
                it_looks_as_in_english(&page, width).await;
            }
        }
        it_says_its_language(&page, &tutorial, part).await;
        links += every_link_leads_somewhere(&page, &file).await;
        figures += every_figure_is_seen(&page).await;
    }
    assert!(links > 300, "{links} links");
    assert!(figures >= 8, "{figures} figures");
    copies_code(&page, &folder.join("index.html")).await;
    the_switch_keeps_the_place(&page, &folder, &tutorial).await;
    page.driver.clone().quit().await.unwrap();
    let whole: u64 = files(&folder).iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(whole < WHOLE, "the pages take {whole} bytes");
}

/// A part's page in a window of a width, with the system's theme.
struct View<'a> {
    page: &'a LabPage,
    file: &'a Path,
    pair: &'a Pair,
    width: u32,
    theme: &'a str,
}

impl View<'_> {
    async fn look(&self, axe: &str) {
        let (page, width) = (self.page, self.width);
        see(page, self.file, width, self.theme, "").await;
        the_first_view_is_small(page, self.file).await;
        answers_are_folded(page, self.pair).await;
        every_cell_is_there_once_beside_its_partner(page, self.pair, width).await;
        let wide = run(page, "return document.documentElement.scrollWidth").await;
        assert!(wide.as_u64().unwrap() <= u64::from(width), "wider than {width}: {wide}");
        if width == 1280 {
            no_line_of_code_is_folded(page).await;
        }
        page.driver.execute(axe, vec![]).await.unwrap();
        let check = "const done = arguments[0]; axe.run().then(found => done(found.violations.map(
            kind => [kind.id, kind.nodes[0].html, kind.nodes[0].failureSummary])))";
        let found = page.driver.execute_async(check, vec![]).await.unwrap().json().clone();
        assert_eq!(found, json!([]), "{}, {width}, {}", self.file.display(), self.theme);
    }
}

/// The program of axe-core.
fn axe() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut install = Command::new("npm");
    install.args(["install", "--silent", "--prefix"]).arg(folder.path()).arg(AXE);
    assert!(install.status().expect("npm is on the PATH").success(), "npm installs no {AXE}");
    fs::read_to_string(folder.path().join("node_modules/axe-core/axe.min.js")).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Opens a page in a window of this width, with the system's theme.
pub async fn see(page: &LabPage, file: &Path, width: u32, theme: &str, place: &str) {
    let tools = page.driver.cdp();
    let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
    tools.send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
    tools.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    page.driver.goto("about:blank").await.unwrap();
    let url = format!("file://{}{place}", file.display());
    page.driver.goto(url).await.unwrap();
}

pub async fn run(page: &LabPage, script: &str) -> Value {
    page.driver.execute(script, vec![]).await.unwrap().json().clone()
}

/// What is read before anybody scrolls, packed as a server does.
async fn the_first_view_is_small(page: &LabPage, file: &Path) {
    let names =
        run(page, "return performance.getEntriesByType('resource').map(it => it.name)").await;
    let names = names.as_array().unwrap().iter().filter_map(Value::as_str);
    let mut read: Vec<PathBuf> =
        names.map(|name| name.strip_prefix("file://").expect("it is on the disk").into()).collect();
    read.push(file.to_path_buf());
    let packed = |file: &PathBuf| {
        let output = Command::new("gzip").arg("-c").arg(file).output().unwrap();
        assert!(output.status.success(), "{}", file.display());
        output.stdout.len() as u64
    };
    let first: u64 = read.iter().map(packed).sum();
    assert!(first < FIRST, "the first view takes {first} bytes: {read:?}");
}

async fn no_line_of_code_is_folded(page: &LabPage) {
    let folded = "return [...document.querySelectorAll('.code .highlight pre')].flatMap(code => {
        const style = getComputedStyle(code);
        const height = code.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
        const lines = code.textContent.trimEnd().split('\\n').length;
        return Math.round(height / parseFloat(style.lineHeight)) > lines ? [code.textContent] : [];
    })";
    assert_eq!(run(page, folded).await, json!([]));
}

/// In the order in which a learner runs them.
/// Solutions, answers, and recorded outputs below a prediction; other outputs are open.
async fn answers_are_folded(page: &LabPage, pair: &Pair) {
    let open = "return [...document.querySelectorAll('main details[open]')].map(
        it => [it.className, it.closest('.cell').dataset.side, it.closest('.cell').dataset.cell])";
    let open: Vec<(String, String, String)> =
        serde_json::from_value(run(page, open).await).unwrap();
    let mut expected = Vec::new();
    for side in Side::BOTH {
        for cell in pair.notebook(side).code_cells() {
            if !cell.recorded.to_string().is_empty() && !cell.hides_output {
                expected.push(("output".to_string(), side.name().to_string(), cell.id.to_string()));
            }
        }
    }
    assert_eq!(
        open.iter().collect::<HashSet<_>>(),
        expected.iter().collect::<HashSet<_>>(),
        "what is open on the page"
    );
}

async fn every_cell_is_there_once_beside_its_partner(page: &LabPage, pair: &Pair, width: u32) {
    let shown = "return [...document.querySelectorAll('.cell')].map(cell => [cell.dataset.side,
        cell.dataset.cell, [...document.querySelectorAll('.row')].indexOf(cell.closest('.row')),
        Math.round(cell.getBoundingClientRect().top), Math.round(cell.getBoundingClientRect().left)])";
    let shown: Vec<(String, String, u64, i64, i64)> =
        serde_json::from_value(run(page, shown).await).unwrap();
    let places: HashSet<(&str, &str)> =
        shown.iter().map(|(side, id, ..)| (side.as_str(), id.as_str())).collect();
    assert_eq!(places.len(), shown.len(), "a cell is there twice");
    for side in Side::BOTH {
        for (id, ..) in pair.notebook(side).texts() {
            assert!(places.contains(&(side.name(), id)), "{side:?}, {id}");
        }
    }
    assert_eq!(shown.len(), pair.server.cells() + pair.client.cells());
    // A section of the page begins on both sides at once, where a learner may run the left one's first cell
    // before the right one's last; within a side, and for cells that run together, the order is the same.
    let mut rows = [0; 2];
    for step in pair.steps() {
        let cell =
            |side: &str| shown.iter().find(|cell| cell.0 == side && cell.1 == step.id).unwrap();
        let sides = [("server", step.on_server), ("client", step.on_client)];
        for (row, (side, is_there)) in rows.iter_mut().zip(sides) {
            if is_there {
                assert!(cell(side).2 >= *row, "{} is not in a learner's order", step.id);
                *row = cell(side).2;
            }
        }
        let cells: Vec<_> = sides.iter().filter(|side| side.1).map(|side| cell(side.0)).collect();
        if let [left, right] = cells[..] {
            assert_eq!(left.2, right.2, "{} has its partner in another row", step.id);
            match width {
                390 => assert!(left.3 < right.3 && left.4 == right.4, "{}", step.id),
                _ => assert!(left.3 == right.3 && left.4 < right.4, "{}", step.id),
            }
        }
    }
}

async fn every_link_leads_somewhere(page: &LabPage, file: &Path) -> usize {
    let folder = file.parent().unwrap();
    let links = "return [...document.querySelectorAll('a')].map(link => link.getAttribute('href'))";
    let links: Vec<String> = serde_json::from_value(run(page, links).await).unwrap();
    let places = "return [...document.querySelectorAll('[id]')].map(place => place.id)";
    let places: Vec<String> = serde_json::from_value(run(page, places).await).unwrap();
    let unique: HashSet<&String> = places.iter().collect();
    assert_eq!(unique.len(), places.len(), "a name is there twice");
    for link in links.iter().filter(|link| !link.starts_with("https://")) {
        let (file, place) = link.split_once('#').unwrap_or((link, ""));
        let is_there = match file {
            "" => unique.contains(&place.to_string()),
            // Another part's page, which has the place, or a document.
            file => fs::read_to_string(folder.join(file))
                .is_ok_and(|text| place.is_empty() || text.contains(&format!("id=\"{place}\""))),
        };
        assert!(is_there, "{link} leads nowhere");
    }
    links.len()
}

/// Also those that wait until somebody comes, and nothing moves when they do.
async fn every_figure_is_seen(page: &LabPage) -> usize {
    let begin = "window.moved = 0; new PerformanceObserver(list => {
            for (const shift of list.getEntries()) window.moved += shift.value;
        }).observe({ type: 'layout-shift' });
        for (const fold of document.querySelectorAll('main details')) fold.open = true;
        for (const picture of document.images) picture.loading = 'eager';";
    run(page, begin).await;
    let seen = "return [...document.images].every(picture =>
        picture.complete && picture.naturalWidth > 0 && picture.getBoundingClientRect().width > 100)";
    page.until("all figures are seen", seen, vec![]).await;
    let words = "return [...document.images].map(picture => picture.alt)";
    let words: Vec<String> = serde_json::from_value(run(page, words).await).unwrap();
    assert!(words.iter().all(|words| words.len() > 20), "{words:?}");
    let sized = "return [...document.querySelectorAll('.figure')].every(figure =>
        figure.hasAttribute('width') && figure.hasAttribute('height'))";
    assert_eq!(run(page, sized).await, json!(true), "a figure has no size before it is loaded");
    let moved = run(page, "return window.moved").await;
    assert!(moved.as_f64().unwrap() < 0.1, "the page moved by {moved}");
    words.len()
}

async fn copies_code(page: &LabPage, file: &Path) {
    see(page, file, 1280, "light", "#cell-client-hello").await;
    let place =
        "const place = document.getElementById('cell-client-hello').getBoundingClientRect();
        return place.top >= 0 && place.top < innerHeight";
    page.until("the link's cell is in view", place, vec![]).await;
    let press = "document.querySelector('#cell-client-hello .copy').click()";
    run(page, press).await;
    let copied = "return document.querySelector('#cell-client-hello .copy').textContent !== 'Copy'";
    page.until("the code is copied", copied, vec![]).await;
    let shown = "return document.querySelector('#cell-client-hello .output').innerText";
    let output = run(page, shown).await;
    assert!(output.as_str().unwrap().contains("Server accessed.(1)"), "{output}");
}
