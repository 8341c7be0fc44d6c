//! What must hold for JupyterLab's page at any time.

use harness::browser::LabPage;
use installation::tutorial::Side;
use serde_json::json;

/// The page shows no dialogs, errors or cut-off text.
pub async fn the_page_is_clean(page: &LabPage) {
    let found = "return document.querySelectorAll('.jp-Dialog, .Toastify__toast').length";
    assert_eq!(page.eval(found, vec![]).await, json!(0), "a dialog or a pop-up is open");

    let log = page.driver.browser_log().await.unwrap();
    let errors: Vec<_> = log.iter().filter(|entry| entry.level == "SEVERE").collect();
    assert!(errors.is_empty(), "errors in the browser's console: {errors:?}");

    for side in Side::BOTH {
        let broken = "
            const outputs = [...pane.querySelectorAll('.jp-OutputArea-output pre')];
            return outputs.filter(one => getComputedStyle(one).wordBreak !== 'normal').length";
        let broken = page.eval(broken, vec![json!(side as usize)]).await;
        assert_eq!(broken, json!(0), "outputs that break lines inside words");
        // Rust's keywords, strings and numbers each have their own colour.
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
