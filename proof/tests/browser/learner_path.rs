//! A learner goes through all parts, in one JupyterLab.

use std::net::{TcpListener, UdpSocket};

use harness::browser::LabPage;
use harness::lab::lab;
use harness::running::Running;
use harness::saved::Saved;
use harness::wait::wait_until;
use installation::tutorial::Side::{self, Client, Server};
use proof::pair::{self, Pair, Step};
use proof::running_notebook::PORT;
use serde_json::json;
use thirtyfour::Key;

use crate::page_checks::the_page_is_clean;
use crate::{ONE_AT_A_TIME, WAITS, until_in_view};

#[tokio::test]
#[ignore = "needs chromium and chromedriver (Debian: apt install chromium chromium-driver)"]
async fn a_learner_goes_through_all_notebooks() {
    let _alone = ONE_AT_A_TIME.lock().await;
    assert!(UdpSocket::bind(("127.0.0.1", PORT)).is_ok(), "port {PORT} is in use: free it first");
    let pairs = pair::all().unwrap();
    let saved = Saved::of(pairs.iter().map(|pair| &pair.part));
    let mut lab = Running::start();
    let mut page = LabPage::open(&lab.url, &pairs[0].part).await;

    the_article_by_keyboard(&page).await;
    stop_by_keyboard(&page).await;
    links_lead_across(&page).await;
    stop_and_restart(&page).await;
    the_page_is_clean(&page).await;
    save(&page).await;
    links_lead_to_the_next_pair(&page, &pairs[1]).await;
    close_all(&page, &lab, 2).await;

    for pair in &pairs[1..] {
        page.turn_to(&lab.open_part(&pair.part), &pair.part).await;
        assert_eq!(lab.sessions(), 2, "kernels of another part still run");
        the_page_is_clean(&page).await;
        answers_are_folded(&page, pair).await;
        hints_are_folded(&page, pair).await;
        every_cell(&page, pair).await;
        no_answer_is_folded(&page).await;
        every_figure(&page, pair).await;
        the_page_is_clean(&page).await;
        save(&page).await;
        close_all(&page, &lab, 1).await;
    }
    saved.only_outputs_differ();
    progress_counts_every_cell(&pairs);

    page.driver.clone().quit().await.unwrap();
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "processes are left behind");
    TcpListener::bind(("127.0.0.1", lab.api.port)).expect("JupyterLab's port is free again");
    UdpSocket::bind(("127.0.0.1", PORT)).expect("the server's port is free again");
}

/// `cargo lab progress` reads what the page has saved. The solutions ran too, but they are not the learner's.
fn progress_counts_every_cell(pairs: &[Pair]) {
    let output = lab().arg("progress").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let labs = pairs[1..].iter().flat_map(|pair| &pair.part.sections).count();
    assert_eq!(shown.matches("  all ").count(), labs + 1, "{shown}");
    assert_eq!(shown.matches("  not met\n").count(), labs, "{shown}");
    assert!(shown.contains(" Still to do: the exercise.\n"), "{shown}");
}

async fn save(page: &LabPage) {
    for side in Side::BOTH {
        page.click(side, "docmanager:save").await;
    }
    let unsaved = "return document.querySelectorAll('.jp-mod-dirty').length === 0";
    page.until("both notebooks are saved", unsaved, vec![]).await;
}

/// Closes `pairs` pairs of notebooks, whose kernels end with them.
async fn close_all(page: &LabPage, lab: &Running, pairs: usize) {
    for left in (0..pairs).rev() {
        // From right to left, so that each is where it was.
        page.close(Client).await;
        page.close(Server).await;
        wait_until(|| lab.sessions() == 2 * left);
    }
}

/// The article as its text says, without the mouse.
async fn the_article_by_keyboard(page: &LabPage) {
    for side in Side::BOTH {
        let name =
            "return pane.querySelector('.jp-KernelName, .jp-Toolbar-kernelName').textContent";
        let kernel = page.eval(name, vec![json!(side as usize)]).await;
        assert_eq!(kernel, json!("Rust"));
    }
    // From the first cell on, Shift-Enter shows a text or runs a cell, and goes to the next one.
    for _ in 0..=page.position(Server, "hello") {
        page.press(&[Key::Shift], Key::Enter).await;
    }
    page.until_running_shows(Server, "hello", WAITS).await;
    page.press(&[Key::Control, Key::Shift], '.').await;
    for _ in 0..=page.position(Client, "hello") {
        page.press(&[Key::Shift], Key::Enter).await;
    }
    let shown = page.finish(Client, "hello").await;
    assert!(shown.contains("Received from the server: Server accessed.(1)"), "{shown}");
    page.until_running_shows(Server, "hello", "Sending the message: Server accessed.(1)").await;

    page.press(&[], Key::Up).await;
    page.forget_prompt(Client, "hello").await;
    page.press(&[Key::Shift], Key::Enter).await;
    let shown = page.finish(Client, "hello").await;
    assert!(shown.contains("Server accessed.(2)"), "{shown}");
    page.until_running_shows(Server, "hello", "Sending the message: Server accessed.(2)").await;
}

/// The server stops and serves again, without the mouse.
async fn stop_by_keyboard(page: &LabPage) {
    page.press(&[Key::Control, Key::Shift], '.').await;
    page.press(&[], Key::Escape).await;
    page.press(&[], 'i').await;
    page.press(&[], 'i').await;
    let shown = page.finish(Server, "hello").await;
    assert!(shown.contains("Subprocess terminated"), "{shown}");
    page.press(&[], Key::Up).await;
    page.press(&[Key::Shift], Key::Enter).await;
    page.until_running_shows(Server, "hello", WAITS).await;
}

/// Links across show the same section of the other notebook, in its place.
async fn links_lead_across(page: &LabPage) {
    for (from, to, file) in [(Server, Client, "client.ipynb"), (Client, Server, "server.ipynb")] {
        page.follow(from, file, "#4-The-program").await;
        until_in_view(page, to, "4 The program").await;
        let panes = "return document.querySelectorAll('.jp-NotebookPanel').length";
        assert_eq!(page.eval(panes, vec![]).await, json!(2), "no other panel was opened");
    }
}

/// A link to the next pair opens each of its notebooks on the side where it was followed.
async fn links_lead_to_the_next_pair(page: &LabPage, next: &Pair) {
    for side in Side::BOTH {
        page.follow(side, next.part.file(side), "").await;
        let opened = "
            const title = document.querySelectorAll('.jp-mod-current, .lm-mod-current');
            const titles = [...title].map(tab => tab.textContent);
            return pane?.id && titles.some(text => text.includes(arguments[1]))
                && pane.querySelector('h1')?.textContent.startsWith(arguments[2])";
        let arguments =
            vec![json!(side as usize), json!(next.part.file(side)), json!(next.part.title)];
        page.until("the next pair is open on its side", opened, arguments).await;
        page.until_idle(side).await;
    }
}

/// ■ and a restart from the menu, each while the server waits: it serves again, from (1).
async fn stop_and_restart(page: &LabPage) {
    page.click(Server, "notebook:interrupt-kernel").await;
    let shown = page.finish(Server, "hello").await;
    assert!(shown.contains("Subprocess terminated"), "{shown}");
    serve_afresh(page).await;

    page.choose(Server, "hello", "Kernel", "Restart Kernel…").await;
    page.accept_dialog().await;
    page.until_idle(Server).await;
    page.run(Server, "setup").await;
    serve_afresh(page).await;
    page.click(Server, "notebook:interrupt-kernel").await;
    page.finish(Server, "hello").await;
}

async fn serve_afresh(page: &LabPage) {
    page.start(Server, "hello").await;
    page.until_running_shows(Server, "hello", WAITS).await;
    let shown = page.run(Client, "hello").await;
    assert!(shown.contains("Server accessed.(1)"), "{shown}");
}

/// The recorded outputs below a prediction.
async fn answers_are_folded(page: &LabPage, pair: &Pair) {
    let folded = "return cell?.querySelector('.jp-OutputPlaceholder') instanceof Element";
    for side in Side::BOTH {
        for cell in pair.notebook(side).code_cells() {
            if cell.hides_output {
                let place = vec![json!(side as usize), json!(page.position(side, cell.id))];
                page.until("the output of a cell is folded", folded, place).await;
            }
        }
    }
}

/// Each hint is a line to click, which opens that hint alone.
async fn hints_are_folded(page: &LabPage, pair: &Pair) {
    let opens = "
        const [first, ...others] = cell?.querySelectorAll('.jp-RenderedMarkdown details') ?? [];
        const isOpen = fold => fold.open || fold.querySelector('p').checkVisibility();
        if (!first || [first, ...others].some(isOpen)) return false;
        first.querySelector('summary').click();
        return isOpen(first) && !others.some(isOpen)";
    for side in Side::BOTH {
        for (id, ..) in pair.notebook(side).texts() {
            if id.ends_with("-hint") {
                let place = vec![json!(side as usize), json!(page.position(side, id))];
                page.until("a click opens a folded hint", opens, place).await;
            }
        }
    }
}

/// JupyterLab unfolds the output of a cell that runs.
async fn no_answer_is_folded(page: &LabPage) {
    let folded = "return document.querySelectorAll('.jp-OutputPlaceholder').length";
    assert_eq!(page.eval(folded, vec![]).await, json!(0), "an output is still folded");
}

/// Each cell of a part, left and right.
async fn every_cell(page: &LabPage, pair: &Pair) {
    for Step { id, on_server, on_client, until_interrupted } in &pair.steps() {
        let is_setup = pair::SETUPS.contains(&id.as_str());
        if *on_server {
            page.start(Server, id).await;
        }
        if *on_server && *on_client && !is_setup {
            page.until_running_shows(Server, id, "\n").await; // its first line
        }
        if *on_client {
            let shown = page.run(Client, id).await;
            assert!(!shown.contains("rror:"), "{id}: {shown}");
        }
        if *until_interrupted {
            page.until_running_shows(Server, id, "\n").await;
            page.click(Server, "notebook:interrupt-kernel").await;
        }
        if *on_server {
            page.finish(Server, id).await;
        }
    }
}

/// Where a figure is recorded, one is seen.
async fn every_figure(page: &LabPage, pair: &Pair) {
    let mut figures = 0;
    for side in Side::BOTH {
        for cell in pair.notebook(side).code_cells() {
            if cell.recorded.to_string().contains("[image/svg+xml]") {
                let (size, colours) = page.figure(side, cell.id).await;
                assert!(size > 100.0 && colours > 3, "{}: {size} pixels, {colours}", cell.id);
                figures += 1;
            }
        }
    }
    eprintln!("{}: {figures} figures", pair.part.name);
}
