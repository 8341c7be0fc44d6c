//! *Run All Cells* behaves as the text says.

use harness::browser::LabPage;
use harness::running::Running;
use harness::saved::Saved;
use installation::tutorial::Side::{Client, Server};
use proof::notebook::Notebook;
use proof::pair::{self, Pair};

use crate::{ONE_AT_A_TIME, WAITS};

#[tokio::test]
#[ignore = "needs chromium and chromedriver (Debian: apt install chromium chromium-driver)"]
async fn run_all_behaves_as_the_text_says() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let pairs = pair::all().unwrap();
    let _saved = Saved::of(pairs.iter().map(|pair| &pair.part));
    let mut lab = Running::start();
    let mut page = LabPage::open(&lab.url, &pair::article().unwrap().part).await;
    the_article_stops_at_its_server(&page).await;
    for pair in &pairs[1..] {
        page.click(Server, "docmanager:save").await;
        page.click(Client, "docmanager:save").await;
        page.turn_to(&lab.open_part(&pair.part), &pair.part).await;
        clients_alone_end_and_say_what_to_do(&page, pair).await;
    }
    page.driver.clone().quit().await.unwrap();
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "cargo lab left processes behind");
}

/// The ids of a notebook's unfolded code cells. Only its output shows that a folded cell has run.
fn unfolded(notebook: &Notebook) -> Vec<String> {
    let cells = notebook.code_cells();
    let unfolded = cells.iter().filter(|cell| !cell.is_folded);
    unfolded.map(|cell| cell.id.to_string()).collect()
}

/// Without a server, each client cell ends by itself, and each error says what to do.
async fn clients_alone_end_and_say_what_to_do(page: &LabPage, pair: &Pair) {
    let client = unfolded(&pair.client);
    page.run_all(Client, &client).await;
    for id in &client {
        page.finish(Client, id).await;
    }
    for id in &client {
        for error in page.errors(Client, id).await {
            assert!(error.contains("run the server"), "{id}: {error}");
        }
    }
}

async fn the_article_stops_at_its_server(page: &LabPage) {
    let pair = pair::article().unwrap();
    clients_alone_end_and_say_what_to_do(page, &pair).await;
    let client = unfolded(&pair.client);
    page.until_one_shows(Client, &client, "no datagram came in time").await;

    // On the left, Run All Cells stops at the server; then the right side has a server to ask.
    page.run_all(Server, &unfolded(&pair.server)).await;
    page.until_running_shows(Server, "hello", WAITS).await;
    page.run_all(Client, &client).await;
    let shown = page.finish(Client, "hello").await;
    assert!(shown.contains("Received from the server: Server accessed.(1)"), "{shown}");
    page.until_running_shows(Server, "hello", "Sending the message: Server accessed.(1)").await;

    // The way out that the text describes, while the cell runs.
    page.choose(Server, "hello", "Kernel", "Restart Kernel…").await;
    page.accept_dialog().await;
    page.until_idle(Server).await;
    page.run(Server, "setup").await;
    page.start(Server, "hello").await;
    page.until_running_shows(Server, "hello", WAITS).await;
    page.click(Server, "notebook:interrupt-kernel").await;
    page.finish(Server, "hello").await;
}
