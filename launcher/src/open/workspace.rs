//! What JupyterLab's page shows: the server's notebook on the left and the client's on the right.

use anyhow::{Context, Result};
use installation::jupyterlab_api::Api;
use installation::tutorial::{Part, Side, Tutorial};

/// The name of the article's workspace, at `/lab/workspaces/udp`. The language of a translation and the
/// name of another part follow.
pub const ARTICLE: &str = "udp";

/// The article's window: two notebooks and nothing else. The image for classes uses this file too.
const TEMPLATE: &str = include_str!("udp.jupyterlab-workspace");

/// The name of a part's workspace.
pub fn name(tutorial: &Tutorial, part: &Part) -> String {
    let other = (!tutorial.is_article(part)).then_some(&part.name);
    let follow = part.language.iter().chain(other);
    follow.fold(ARTICLE.into(), |name, next| format!("{name}-{next}"))
}

/// The workspace of a part, in JSON.
fn text(tutorial: &Tutorial, part: &Part) -> String {
    let id = |name: &str| format!("\"id\": \"{name}\"");
    let text = TEMPLATE.replace(&id(ARTICLE), &id(&name(tutorial, part)));
    Side::BOTH
        .into_iter()
        .fold(text, |text, side| text.replace(&tutorial.article().path(side), &part.path(side)))
}

/// Adds the workspace of a part to a running JupyterLab and returns the address of its page.
pub fn put(api: &Api, tutorial: &Tutorial, part: &Part) -> Result<String> {
    let name = name(tutorial, part);
    let put = api.put(&format!("lab/api/workspaces/{name}"));
    put.send(text(tutorial, part)).context("JupyterLab did not accept the workspace")?;
    Ok(api.page(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use installation::tutorial::repository;

    #[test]
    fn a_workspace_opens_both_notebooks_of_a_part_side_by_side() {
        let tutorial = Tutorial::read(&repository()).unwrap();
        for part in &tutorial.parts_in_all_languages() {
            let workspace: serde_json::Value =
                serde_json::from_str(&text(&tutorial, part)).unwrap();
            assert_eq!(workspace["metadata"]["id"], name(&tutorial, part));
            assert_eq!(workspace["data"].as_object().unwrap().len(), 3, "{workspace}");
            for side in Side::BOTH {
                let widget = format!("notebook:{}", part.path(side));
                assert_eq!(workspace["data"][&widget]["data"]["path"], part.path(side));
                let dock = &workspace["data"]["layout-restorer:data"]["main"]["dock"];
                assert_eq!(dock["children"][side as usize]["widgets"][0], widget);
            }
        }
    }

    #[test]
    fn each_part_has_a_workspace_of_its_own_in_each_language() {
        let tutorial = Tutorial::read(&repository()).unwrap();
        let named = |part: &str, language: Option<&str>| {
            let mut part = tutorial.part(part).unwrap().clone();
            part.language = language.map(String::from);
            name(&tutorial, &part)
        };
        assert_eq!([named("article", None), named("many", None)], ["udp", "udp-many"]);
        let translated = [named("article", Some("ja")), named("many", Some("ja"))];
        assert_eq!(translated, ["udp-ja", "udp-ja-many"]);
    }
}
