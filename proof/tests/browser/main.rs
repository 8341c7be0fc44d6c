//! The path of a learner, from `cargo lab` to the figures, in a real JupyterLab in real Chromium.
#![cfg(target_os = "linux")] // the lab's processes are found in /proc

mod common;
mod jupyterlab_page;
#[allow(dead_code)] // the launcher's own tests take the rest
#[path = "../../../launcher/tests/launcher/running.rs"]
mod running;
mod static_page;
#[path = "../../../launcher/tests/launcher/wait.rs"]
mod wait;

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;

use jupyterlab_page::{Page, Pane};
use launcher::tutorial::repository;
use proof::learner;
use proof::side::PORT;
use running::Running;
use serde_json::{Value, json};
use thirtyfour::Key;
use tokio::sync::Mutex;

use Pane::{Left, Right};

/// The server cell of Part 1 as it looks when it waits.
const WAITS: &str = "The server started on 127.0.0.1:49152 and waits.";

/// Puts the notebooks back as they were before the test.
struct Saved(Vec<(PathBuf, String)>);

impl Saved {
    fn all() -> Saved {
        let files = ["server", "client"]
            .map(|name| repository().join(format!("notebooks/{name}.ipynb")))
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()));
        Saved(files.to_vec())
    }

    /// Panics unless the files now differ in outputs and execution counts alone.
    fn only_outputs_differ(&self) {
        let without_outputs = |text: &str| -> Value {
            let mut notebook: Value = serde_json::from_str(text).unwrap();
            for cell in notebook["cells"].as_array_mut().unwrap() {
                if cell["cell_type"] == "code" {
                    cell["outputs"] = json!([]);
                    cell["execution_count"] = json!(null);
                    // A click on a folded solution, as a learner makes it, unfolds it.
                    cell["metadata"].as_object_mut().unwrap().remove("jupyter");
                }
            }
            notebook
        };
        for (path, before) in &self.0 {
            let after = fs::read_to_string(path).unwrap();
            assert_ne!(before, &after, "{} was saved with the outputs of this run", path.display());
            let (before, after) = (without_outputs(before), without_outputs(&after));
            assert!(before == after, "{} was changed by saving", path.display());
        }
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        for (path, text) in &self.0 {
            let _ = fs::write(path, text);
        }
    }
}

/// The notebooks and the port of the server are there once.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

#[tokio::test]
#[ignore = "needs chromium and chromedriver (Debian: apt install chromium chromium-driver)"]
async fn a_learner_goes_through_both_notebooks() {
    let _alone = ONE_AT_A_TIME.lock().await;
    assert!(UdpSocket::bind(("127.0.0.1", PORT)).is_ok(), "port {PORT} is in use: free it first");
    let saved = Saved::all();
    let mut lab = Running::start();
    let page = Page::open(&lab.api.page()).await;

    part_1_by_keyboard(&page).await;
    if let Some(file) = std::env::var_os("LAB_SCREENSHOT") {
        page.screenshot(&repository().join(file)).await;
    }
    stop_by_keyboard(&page).await;
    links_lead_across(&page).await;
    stop_and_restart(&page).await;
    the_page_is_clean(&page).await;
    every_lab(&page).await;

    for side in [Left, Right] {
        page.click(side, "docmanager:save").await;
    }
    let unsaved = "return document.querySelectorAll('.jp-mod-dirty').length === 0";
    page.until("both notebooks are saved", unsaved, vec![]).await;
    saved.only_outputs_differ();
    the_page_is_clean(&page).await;

    page.driver.clone().quit().await.unwrap();
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "processes are left behind");
    TcpListener::bind(("127.0.0.1", lab.api.port)).expect("JupyterLab's port is free again");
    UdpSocket::bind(("127.0.0.1", PORT)).expect("the server's port is free again");
}

/// Part 1 as its text says, without the mouse.
async fn part_1_by_keyboard(page: &Page) {
    for side in [Left, Right] {
        let name =
            "return pane.querySelector('.jp-KernelName, .jp-Toolbar-kernelName').textContent";
        let kernel = page.eval(name, vec![json!(side as usize)]).await;
        assert_eq!(kernel, json!("Rust"));
    }
    let (server, client) = learner::notebooks(&repository()).unwrap();
    // From the first cell on, Shift-Enter shows a text or runs a cell, and goes to the next one.
    for _ in 0..=server.position("hello").unwrap() {
        page.press(&[Key::Shift], Key::Enter).await;
    }
    page.until_running_shows(Left, "hello", WAITS).await;
    page.press(&[Key::Control, Key::Shift], '.').await;
    for _ in 0..=client.position("hello").unwrap() {
        page.press(&[Key::Shift], Key::Enter).await;
    }
    let shown = page.finish(Right, "hello").await;
    assert!(shown.contains("Received from the server: Server accessed.(1)"), "{shown}");
    page.until_running_shows(Left, "hello", "Sending the message: Server accessed.(1)").await;

    page.press(&[], Key::Up).await;
    page.forget_prompt(Right, "hello").await;
    page.press(&[Key::Shift], Key::Enter).await;
    let shown = page.finish(Right, "hello").await;
    assert!(shown.contains("Server accessed.(2)"), "{shown}");
    page.until_running_shows(Left, "hello", "Sending the message: Server accessed.(2)").await;
}

/// The server stops and serves again, without the mouse.
async fn stop_by_keyboard(page: &Page) {
    page.press(&[Key::Control, Key::Shift], '.').await;
    page.press(&[], Key::Escape).await;
    page.press(&[], 'i').await;
    page.press(&[], 'i').await;
    let shown = page.finish(Left, "hello").await;
    assert!(shown.contains("Subprocess terminated"), "{shown}");
    page.press(&[], Key::Up).await;
    page.press(&[Key::Shift], Key::Enter).await;
    page.until_running_shows(Left, "hello", WAITS).await;
}

/// *Go right* and *go left* show the same section of the other notebook, in its place.
async fn links_lead_across(page: &Page) {
    for (from, to, file) in [(Left, Right, "client.ipynb"), (Right, Left, "server.ipynb")] {
        page.follow(from, file, "#7-Silence").await;
        let shown = "
            const heading = [...(pane?.querySelectorAll('h2') ?? [])]
                .find(heading => heading.textContent.startsWith('7 Silence'));
            const [inner, outer] = [heading, pane].map(part => part?.getBoundingClientRect());
            return inner && inner.top >= outer.top && inner.bottom <= outer.bottom";
        page.until("section 7 is in view", shown, vec![json!(to as usize)]).await;
        let panes = "return document.querySelectorAll('.jp-NotebookPanel').length";
        assert_eq!(page.eval(panes, vec![]).await, json!(2), "no other panel was opened");
    }
}

/// ■ and a restart from the menu, each while the server waits: it serves again, from (1).
async fn stop_and_restart(page: &Page) {
    page.click(Left, "notebook:interrupt-kernel").await;
    let shown = page.finish(Left, "hello").await;
    assert!(shown.contains("Subprocess terminated"), "{shown}");
    serve_afresh(page).await;

    page.choose(Left, "hello", "Kernel", "Restart Kernel…").await;
    page.accept_dialog().await;
    page.until_idle(Left).await;
    page.run(Left, "setup").await;
    serve_afresh(page).await;
    page.click(Left, "notebook:interrupt-kernel").await;
    page.finish(Left, "hello").await;
}

async fn serve_afresh(page: &Page) {
    page.start(Left, "hello").await;
    page.until_running_shows(Left, "hello", WAITS).await;
    let shown = page.run(Right, "hello").await;
    assert!(shown.contains("Server accessed.(1)"), "{shown}");
}

/// Each cell of Part 2, left and right, and its figure.
async fn every_lab(page: &Page) {
    let (server, client) = learner::notebooks(&repository()).unwrap();
    let steps = learner::steps(&server, &client);
    let cells = server.code_cells();
    let endless = cells.iter().filter(|cell| cell.has_tag(learner::UNTIL_INTERRUPTED));
    let endless: Vec<&str> = endless.map(|cell| cell.id).collect();
    let labs = steps.iter().skip_while(|step| step.id != learner::SETUP_2);
    for step in labs {
        let id = step.id.as_str();
        if step.on_server {
            page.start(Left, id).await;
        }
        if step.on_server && step.on_client && !step.is_setup() {
            page.until_running_shows(Left, id, "\n").await; // its first line
        }
        if step.on_client {
            let shown = page.run(Right, id).await;
            assert!(!shown.contains("rror:"), "{id}: {shown}");
        }
        if step.on_server && !step.on_client && endless.contains(&id) {
            page.until_running_shows(Left, id, "\n").await;
            page.click(Left, "notebook:interrupt-kernel").await;
            page.finish(Left, id).await;
        } else if step.on_server {
            page.finish(Left, id).await;
        }
    }
    let networks = ["bad-network", "bad-network-retry", "bad-network-once"];
    let others = ["wire-bytes", "loss", "pace-share", "flood-defended", "tcp-burst", "tcp-order"];
    let right = others.into_iter().chain(networks);
    let figures = right.map(|id| (Right, id)).chain([(Left, "flood-defended")]);
    for (side, id) in figures {
        let (size, colours) = page.figure(side, id).await;
        assert!(size > 100.0 && colours > 3, "{id}: {size} pixels, {colours} colours");
    }
}

/// Nothing on the page that a class should not see.
async fn the_page_is_clean(page: &Page) {
    let found = "return document.querySelectorAll('.jp-Dialog, .Toastify__toast').length";
    assert_eq!(page.eval(found, vec![]).await, json!(0), "a dialog or a pop-up is open");

    let log = page.driver.browser_log().await.unwrap();
    let errors: Vec<_> = log.iter().filter(|entry| entry.level == "SEVERE").collect();
    assert!(errors.is_empty(), "the browser's console: {errors:?}");

    for side in [Left, Right] {
        let broken = "
            const outputs = [...pane.querySelectorAll('.jp-OutputArea-output pre')];
            return outputs.filter(one => getComputedStyle(one).wordBreak !== 'normal').length";
        let broken = page.eval(broken, vec![json!(side as usize)]).await;
        assert_eq!(broken, json!(0), "outputs whose lines break inside of words");
        // Rust has keywords, strings and numbers, each in a colour of its own.
        let colours = "
            const words = pane.querySelectorAll('.jp-CodeCell .cm-line span');
            return new Set([...words].map(word => getComputedStyle(word).color)).size >= 3";
        assert_eq!(page.eval(colours, vec![json!(side as usize)]).await, json!(true));

        let cut = "
            const wide = [...pane.querySelectorAll(
                '.jp-RenderedHTMLCommon, .jp-RenderedHTMLCommon table, .jp-RenderedSVG, ' +
                '.jp-RenderedText, .cm-scroller, .jp-OutputArea-output')]
                .filter(part => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1);
            return wide.map(part => part.className + ': ' + part.textContent.slice(0, 60))";
        let cut = page.eval(cut, vec![json!(side as usize)]).await;
        assert_eq!(cut, json!([]), "cut off at 1280 by 800, {side:?}");
    }
}

#[tokio::test]
#[ignore = "needs chromium and chromedriver (Debian: apt install chromium chromium-driver)"]
async fn run_all_behaves_as_the_text_says() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let _saved = Saved::all();
    let mut lab = Running::start();
    let page = Page::open(&lab.api.page()).await;
    let (server, client) = learner::notebooks(&repository()).unwrap();
    let [server, client] = [server, client].map(|notebook| {
        let cells = notebook.code_cells();
        // A folded cell shows no sign of its run, but for its output.
        let unfolded = cells.iter().filter(|cell| !cell.is_folded);
        unfolded.map(|cell| cell.id.to_string()).collect::<Vec<_>>()
    });

    // Right alone: each cell ends by itself, and each error says what to do.
    page.run_all(Right, &client).await;
    for id in &client {
        page.finish(Right, id).await;
    }
    // What a cell writes to stderr can come late, and is then shown by the cell that runs by then.
    let hello = client.iter().position(|id| id == "hello").unwrap();
    let shown_by = &client[hello..=hello + 1];
    page.until_one_shows(Right, shown_by, "no datagram came in time").await;
    for id in &client {
        for error in page.errors(Right, id).await {
            assert!(error.contains("run the server"), "{id}: {error}");
        }
    }

    // Left: it stops at the server of Part 1, and all cells below wait. Then right as well.
    page.run_all(Left, &server).await;
    page.until_running_shows(Left, "hello", WAITS).await;
    page.until_running_shows(Left, "silence", "").await;
    page.run_all(Right, &client).await;
    let shown = page.finish(Right, "hello").await;
    assert!(shown.contains("Received from the server: Server accessed.(1)"), "{shown}");
    page.until_running_shows(Left, "hello", "Sending the message: Server accessed.(1)").await;

    // The way out that the text names, while cells of both sides wait.
    page.choose(Left, "hello", "Kernel", "Restart Kernel…").await;
    page.accept_dialog().await;
    page.until_idle(Left).await;
    page.run(Left, "setup").await;
    page.start(Left, "hello").await;
    page.until_running_shows(Left, "hello", WAITS).await;

    page.driver.clone().quit().await.unwrap();
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "processes are left behind");
}

/// Draws the diagrams in the notebooks' text as JupyterLab does, for the page that shows both notebooks.
/// With `LAB_DIAGRAMS` they are written into its folder; else those that are there have the same words.
#[tokio::test]
#[ignore = "needs chromium and chromedriver (Debian: apt install chromium chromium-driver)"]
async fn diagrams_are_drawn_as_jupyterlab_draws_them() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut lab = Running::start();
    let page = Page::open(&lab.api.page()).await;
    let (server, client) = learner::notebooks(&repository()).unwrap();
    let texts = [server.texts(), client.texts()].concat();
    let diagrams: Vec<(&str, &str)> = texts
        .iter()
        .filter_map(|(id, source, _)| Some((*id, proof::page::diagram(source)?)))
        .collect();
    let drawn = "const drawn = document.querySelectorAll('.jp-RenderedMermaid img');";
    let all = format!("{drawn} return drawn.length === arguments[0]");
    page.until("all diagrams are drawn", &all, vec![json!(diagrams.len())]).await;
    for (index, (id, diagram)) in diagrams.into_iter().enumerate() {
        let svg = format!("{drawn} {SMALL}");
        let svg = page.eval(&svg, vec![json!(index)]).await;
        let svg = svg.as_str().unwrap();
        let file = repository().join(proof::page::DIAGRAMS).join(format!("{id}.svg"));
        if std::env::var_os("LAB_DIAGRAMS").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, proof::page::mark(diagram) + svg + "\n").unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap();
        assert_eq!(words(&kept), words(svg), "{id}: run this test with LAB_DIAGRAMS=1");
    }
    page.driver.clone().quit().await.unwrap();
    assert!(lab.interrupt().success());
}

/// A drawn diagram, without the style that JupyterLab writes out for each word in it, and with lines
/// of fewer digits.
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

/// What is written in a picture.
fn words(svg: &str) -> Vec<String> {
    let texts = svg.split('>').filter_map(|piece| Some(piece.split_once('<')?.0.trim()));
    let texts = texts.filter(|text| !text.is_empty() && !text.contains('{'));
    texts.map(String::from).collect()
}
