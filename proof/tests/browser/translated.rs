//! `cargo lab --language ja`: the Japanese pair side by side, in a JupyterLab that speaks Japanese.

use harness::browser::LabPage;
use harness::lab::{lab, prepared};
use harness::running::Running;
use harness::saved::Saved;
use installation::tutorial::Side::{Client, Server};
use installation::tutorial::{Side, Tutorial, repository};
use serde_json::json;

use crate::{ONE_AT_A_TIME, until_in_view};

#[tokio::test]
#[ignore = "needs chromium, chromedriver, and a Japanese font (Debian: fonts-ipafont-gothic)"]
async fn the_japanese_pair_runs_in_a_japanese_jupyterlab() {
    let _alone = ONE_AT_A_TIME.lock().await;
    prepared();
    let tutorial = Tutorial::read(&repository()).unwrap();
    let language = tutorial.language("ja").unwrap();
    let part = tutorial.translation(tutorial.article(), language).unwrap();
    let _saved = Saved::of([&part]);
    let mut lab = Running::start_by(lab(), &["--language", "ja"]);
    let page = LabPage::open(&lab.url, &part).await;

    let spoken = page.eval("return document.documentElement.lang", vec![]).await;
    assert!(spoken.as_str().unwrap().starts_with("ja"), "{spoken}");
    for side in Side::BOTH {
        text_is_whole(&page, side).await;
        page.run(side, "setup").await;
    }
    the_exchange_is_shown_in_japanese(&page).await;
    links_lead_to_japanese_headings(&page).await;
    page.choose(Server, "hello", "カーネル", "カーネルを再起動…").await;
    page.accept_dialog().await;
    page.until_idle(Server).await;

    page.driver.clone().quit().await.unwrap();
    assert!(lab.interrupt().success());
    assert!(lab.processes().is_empty(), "cargo lab left processes behind");
}

/// Markdown is rendered as meant beside Japanese punctuation, and nothing is wider than its notebook.
async fn text_is_whole(page: &LabPage, side: Side) {
    let shown = "
        const texts = [...pane.querySelectorAll('.jp-RenderedMarkdown')];
        const raw = texts.map(text => text.textContent).filter(text => text.includes('**'));
        const wide = [...pane.querySelectorAll('.jp-Cell, .jp-RenderedMarkdown')]
            .filter(box => box.scrollWidth > box.clientWidth).map(box => box.textContent);
        return [texts.length, raw, wide, document.querySelectorAll('[lang=en]').length]";
    let shown = page.eval(shown, vec![json!(side as usize)]).await;
    assert!(shown[0].as_u64().unwrap() >= 8, "{shown}");
    assert_eq!((&shown[1], &shown[2], &shown[3]), (&json!([]), &json!([]), &json!(0)), "{shown}");
}

async fn the_exchange_is_shown_in_japanese(page: &LabPage) {
    page.start(Server, "hello").await;
    page.until_running_shows(Server, "hello", "サーバーを127.0.0.1:49152で起動し、待機中です。")
        .await;
    let shown = page.run(Client, "hello").await;
    assert!(shown.contains("サーバーから受信：Server accessed.(1)"), "{shown}");
    page.until_running_shows(Server, "hello", "メッセージを送信しました。").await;
    page.click(Server, "notebook:interrupt-kernel").await;
    page.finish(Server, "hello").await;
    let alone = page.run(Client, "hello").await;
    assert!(alone.contains("期限までにデータグラムが届きませんでした"), "{alone}");
}

/// Links within a notebook and across show the section that they name.
async fn links_lead_to_japanese_headings(page: &LabPage) {
    let links = [
        (Server, "クライアントへ", Client, "4 プログラム"),
        (Client, "server.ja.ipynbの4節", Server, "4 プログラム"),
        (Client, "6 まとめ", Client, "6 まとめ"),
    ];
    for (from, words, to, heading) in links {
        let follow = "
            const link = [...pane.querySelectorAll('.jp-RenderedMarkdown a')]
                .find(link => link.textContent === arguments[1]);
            link?.click();
            return link !== undefined";
        let found = page.eval(follow, vec![json!(from as usize), json!(words)]).await;
        assert_eq!(found, json!(true), "no link {words}");
        until_in_view(page, to, heading).await;
    }
}
