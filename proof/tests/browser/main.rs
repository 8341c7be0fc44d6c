//! A learner's path from `cargo lab` to the figures, in a real JupyterLab in real Chromium.
#![cfg(target_os = "linux")] // finds the lab's processes in /proc

mod languages;
mod learner_path;
mod page_checks;
mod run_all;
mod static_page;
mod translated;

use std::fs;

use harness::browser::LabPage;
use harness::running::Running;
use installation::tutorial::{Part, Side, Tutorial, repository};
use proof::{merge, pictures};
use serde_json::json;
use tokio::sync::Mutex;

/// What the article's server cell shows while it waits.
const WAITS: &str = "The server started on 127.0.0.1:49152 and waits.";

/// The tests share the notebooks and the server's port.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Waits until a heading stands in its notebook's part of the window.
async fn until_in_view(page: &LabPage, side: Side, heading: &str) {
    let shown = "
        const heading = [...(pane?.querySelectorAll('h2') ?? [])]
            .find(heading => heading.textContent.startsWith(arguments[1]));
        const [inner, outer] = [heading, pane].map(part => part?.getBoundingClientRect());
        return inner && inner.top >= outer.top && inner.bottom <= outer.bottom";
    page.until("a section is in view", shown, vec![json!(side as usize), json!(heading)]).await;
}

/// The diagrams stored for the page have the same words as those that JupyterLab renders.
#[tokio::test]
#[ignore = "needs chromium and chromedriver (Debian: apt install chromium chromium-driver)"]
async fn the_stored_diagrams_are_those_that_jupyterlab_draws() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut lab = Running::start();
    let tutorial = Tutorial::read(&repository()).unwrap();
    let article = tutorial.article();
    let mut page = LabPage::open(&lab.url, article).await;
    the_diagrams_are_kept(&page, article).await;
    for translation in tutorial.translations(article) {
        page.turn_to(&lab.open_part(&translation), &translation).await;
        the_diagrams_are_kept(&page, &translation).await;
    }
    page.driver.clone().quit().await.unwrap();
    assert!(lab.interrupt().success());
}

async fn the_diagrams_are_kept(page: &LabPage, part: &Part) {
    let drawn = pictures::drawn(page, part).await.unwrap();
    assert!(!drawn.is_empty(), "{:?}", part.language);
    for ((id, _), svg) in drawn {
        let file = repository().join(merge::DIAGRAMS).join(merge::picture(part, &id));
        let kept = fs::read_to_string(&file).unwrap();
        assert!(!words(&svg).is_empty(), "{id} has no words");
        assert_eq!(words(&kept), words(&svg), "{}: run `cargo proof pictures`", file.display());
    }
}

/// The words in a picture.
fn words(svg: &str) -> Vec<String> {
    let texts = svg.split('>').filter_map(|piece| Some(piece.split_once('<')?.0.trim()));
    let texts = texts.filter(|text| !text.is_empty() && !text.contains('{'));
    texts.map(String::from).collect()
}
