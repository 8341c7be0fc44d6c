//! The pages in several languages: the way from one to another, and what a translated page says.

use std::path::Path;

use harness::browser::LabPage;
use installation::tutorial::{Part, Tutorial};
use proof::around::{address, page_path};
use serde_json::json;

use crate::static_page::{run, see};

/// Cells that a reader may be at, of both sides.
const CELLS: [&str; 3] = ["cell-server-setup", "cell-client-hello", "cell-server-summary"];

/// On each translated page and its source.
pub async fn the_switch_keeps_the_place(page: &LabPage, folder: &Path, tutorial: &Tutorial) {
    let pairs = tutorial.parts.iter().flat_map(|source| {
        let translations = tutorial.translations(source).into_iter();
        translations.flat_map(|there| [(source.clone(), there.clone()), (there, source.clone())])
    });
    let pairs: Vec<(Part, Part)> = pairs.collect();
    assert!(!pairs.is_empty(), "nothing is translated");
    for (from, to) in pairs {
        let place = address(tutorial, &from, &to);
        let file = folder.join(page_path(tutorial, &from));
        for width in [1280, 390] {
            see(page, &file, width, "light", "").await;
            press(page, &place).await;
            until_at(page, folder, &page_path(tutorial, &to)).await;
            assert_eq!(run(page, "return scrollY").await, json!(0), "the page begins at its top");
            for cell in CELLS {
                see(page, &file, width, "light", &format!("#{cell}")).await;
                page.until("the cell is in view", &in_view(cell), vec![]).await;
                press(page, &place).await;
                until_at(page, folder, &page_path(tutorial, &to)).await;
                page.until("the same cell is in view", &in_view(cell), vec![]).await;
            }
        }
    }
}

/// A script that says whether the head of a cell is in the upper half of the window, below what stays there.
fn in_view(cell: &str) -> String {
    format!(
        "const place = document.getElementById('{cell}').getBoundingClientRect();
        return place.top >= 40 && place.top < innerHeight / 2"
    )
}

/// Presses the link to another language with the mouse.
async fn press(page: &LabPage, place: &str) {
    let link = format!(".languages a[href='{place}']");
    let link = page.driver.find(thirtyfour::By::Css(link)).await.unwrap();
    page.driver.action_chain().move_to_element_center(&link).click().perform().await.unwrap();
}

async fn until_at(page: &LabPage, folder: &Path, path: &str) {
    let url = format!("file://{}", folder.join(path).display());
    let is_there = "return location.href.split('#')[0] === arguments[0] &&
        document.readyState === 'complete'";
    page.until("the other page is there", is_there, vec![json!(url)]).await;
}

/// The language of the page, its links to the others, and how much is left in English: nothing.
pub async fn it_says_its_language(page: &LabPage, tutorial: &Tutorial, part: &Part) {
    let code = part.language.as_deref().unwrap_or("en");
    assert_eq!(run(page, "return document.documentElement.lang").await, json!(code));
    let links = "return [...document.querySelectorAll('.languages a')].map(link => [
        link.lang, link.hreflang, link.getAttribute('href'), 'same' in link.dataset])";
    let source = tutorial.part(&part.name).unwrap();
    let link = |code: &str, to: &Part, is_same: bool| {
        json!([code, code, address(tutorial, part, to), is_same])
    };
    let mut expected = Vec::new();
    if part.language.is_some() {
        expected.push(link("en", source, true));
    }
    for language in tutorial.languages.iter().filter(|language| language.code != code) {
        let same = tutorial.translation(source, language);
        let article = || tutorial.translation(tutorial.article(), language).unwrap();
        expected.push(match &same {
            Some(there) => link(&language.code, there, true),
            None => link(&language.code, &article(), false),
        });
    }
    assert_eq!(run(page, links).await, json!(expected), "{}", part.name);
    let english = "return document.querySelector('.english')?.textContent";
    let said = run(page, english).await;
    match part.language.as_deref() {
        None => assert_eq!(said, json!(null)),
        Some("ja") => assert_eq!(said, json!("英語のままの部分：0")),
        Some(_) => assert!(said.as_str().unwrap().ends_with('0'), "{said}"),
    }
}

/// What a translation can break on a page of this width: no mark of bold text stands in the text, whose
/// words have other letters beside it, no number in a table is folded, and no table is cut off in a wide
/// window.
pub async fn it_looks_as_in_english(page: &LabPage, width: u32) {
    let marks = "return document.querySelector('main').innerText.includes('**')";
    assert_eq!(run(page, marks).await, json!(false), "a mark of bold text stands in the text");
    let folded = "const text = document.createRange();
        return [...document.querySelectorAll('td[style]')].filter(cell => {
            text.selectNodeContents(cell);
            return text.getClientRects().length > 1;
        }).map(cell => cell.textContent)";
    assert_eq!(run(page, folded).await, json!([]), "numbers are folded");
    let cut = "return [...document.querySelectorAll('.table')].filter(
        table => table.scrollWidth > table.clientWidth).map(table => table.textContent)";
    if width == 1280 {
        assert_eq!(run(page, cut).await, json!([]), "a table is cut off");
    }
}
