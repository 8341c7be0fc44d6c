//! `cargo lab --language CODE`: which pair opens, and the language of JupyterLab's menus.
#![cfg(target_os = "linux")] // finds the processes in /proc; the locale is in the environment

use crate::common;

use std::process::Command;

use harness::running::Running;
use installation::folder::CACHE_VARIABLE;
use installation::tutorial::{Side, Tutorial, repository};
use serde_json::Value;

use crate::machine::Machine;
use crate::parts::open_notebooks;

/// The variables that may hold the system's locale.
const LOCALE: [&str; 4] = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"];

fn tutorial() -> Tutorial {
    Tutorial::read(&repository()).unwrap()
}

/// The paths of the article's notebooks in Japanese, or in English.
fn article(japanese: bool) -> Vec<String> {
    let tutorial = tutorial();
    let mut part = tutorial.article().clone();
    if japanese {
        part = tutorial.translation(&part, tutorial.language("ja").unwrap()).unwrap();
    }
    let mut paths = Side::BOTH.map(|side| part.path(side)).to_vec();
    paths.sort();
    paths
}

/// The launcher on a machine of its own, because other tests start labs for this clone at the same time.
fn lab(machine: &Machine, arguments: &[&str]) -> Command {
    let mut lab = common::lab();
    lab.args(arguments).arg("--no-browser").env(CACHE_VARIABLE, machine.named());
    lab
}

fn text(lab: &Running, path: &str) -> String {
    lab.api.get(path).call().unwrap().into_body().read_to_string().unwrap()
}

/// The language of JupyterLab's menus that its settings choose.
fn locale(lab: &Running) -> Value {
    let settings = text(lab, "lab/api/settings/@jupyterlab/translation-extension:plugin");
    let settings: Value = serde_json::from_str(&settings).unwrap();
    settings["settings"]["locale"].clone()
}

#[test]
fn an_unknown_language_and_a_part_without_translation_are_refused() {
    let machine = Machine::bare();
    let report = |arguments: &[&str]| {
        // Without tools, nothing opens even if it is not refused.
        let refused = lab(&machine, arguments).env("PATH", "").output().unwrap();
        assert!(!refused.status.success() && refused.stdout.is_empty());
        String::from_utf8(refused.stderr).unwrap()
    };
    let unknown = report(&["--language", "xx"]);
    let begin = "error: invalid value 'xx' for '--language <LANGUAGE>'\n  [possible values: ja]\n";
    assert!(unknown.starts_with(begin), "{unknown}");
    assert_eq!(
        report(&["many", "--language", "ja"]),
        "error: many is not translated into 日本語 yet, only article; `cargo lab many` opens it in \
         English\n"
    );
    let help = common::lab().arg("--help").output().unwrap().stdout;
    assert!(String::from_utf8(help).unwrap().contains("- ja: 日本語\n"));
}

#[test]
fn a_translation_opens_in_a_jupyterlab_with_menus_in_its_language() {
    let machine = Machine::installed("");
    let mut first = Running::start_as_it_is(lab(&machine, &["--language", "ja"]));
    first.wait_for_kernels();
    assert!(first.url.contains("/lab/workspaces/udp-ja?"), "{}", first.url);
    assert_eq!(open_notebooks(&first), article(true));
    let workspace = text(&first, "lab/api/workspaces/udp-ja");
    for path in article(true) {
        assert!(workspace.contains(&format!("notebook:{path}")), "{workspace}");
    }
    assert_eq!(locale(&first), "ja_JP");
    let menus: Value = serde_json::from_str(&text(&first, "lab/api/translations/ja_JP")).unwrap();
    assert_eq!(menus["data"]["jupyterlab"]["Run All Cells"][0], "すべてのセルを実行");

    let second = lab(&machine, &[]).output().unwrap();
    assert!(second.status.success(), "{second:?}");
    let url = first.url.replace("udp-ja", "udp");
    let said = String::from_utf8(second.stdout).unwrap();
    assert!(said.starts_with(&format!("JupyterLab: {url}\n")), "{said}");
    assert!(first.interrupt().success());
}

#[test]
fn a_translation_opens_in_the_running_jupyterlab_whose_menus_stay_english() {
    let machine = Machine::installed("");
    let mut first = Running::start_as_it_is(lab(&machine, &[]));
    first.wait_for_kernels();
    assert!(first.url.contains("/lab/workspaces/udp?"), "{}", first.url);

    let second = lab(&machine, &["article", "--language", "ja"]).output().unwrap();
    assert!(second.status.success(), "{second:?}");
    let url = first.url.replace("udp?", "udp-ja?");
    let said = String::from_utf8(second.stdout).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    let page = format!("JupyterLab: {url}");
    let menus = "Its menus stay in the language that it was started in; --new starts another.";
    assert!(matches!(lines[..], [at, _, last] if at == page && last == menus), "{said}");
    let mut both = [article(false), article(true)].concat();
    both.sort();
    assert_eq!(open_notebooks(&first), both);
    let workspace = |name: &str| text(&first, &format!("lab/api/workspaces/{name}"));
    assert!(workspace("udp-ja").contains("notebook:notebooks/server.ja.ipynb"));
    assert!(workspace("udp").contains("notebook:notebooks/server.ipynb"));
    assert_eq!(locale(&first), Value::Null, "the default");
    assert!(!machine.cache().join("state/settings").exists(), "settings were written");
    assert!(first.interrupt().success());
}

#[test]
fn on_a_japanese_system_one_line_says_that_there_is_a_translation() {
    let machine = Machine::bare();
    // Without tools, the set-up fails after the hint.
    let said = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut lab = lab(&machine, arguments);
        for name in LOCALE {
            lab.env_remove(name);
        }
        let output = lab.envs(variables.iter().copied()).env("PATH", "").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let (before, _) = said.split_once("error: rustc is not on the PATH").unwrap();
        before.to_string()
    };
    let tutorial = tutorial();
    let hint = format!("{}\n", tutorial.language("ja").unwrap().hint.as_ref().unwrap());
    for name in LOCALE {
        assert_eq!(said(&[(name, "ja_JP.UTF-8")], &[]), hint, "{name}");
        assert_eq!(said(&[(name, "ja_JP.UTF-8")], &["--language", "ja"]), "", "{name}");
        assert_eq!(said(&[(name, "en_US.UTF-8")], &[]), "", "{name}");
    }
    assert_eq!(said(&[("LANG", "ja")], &["many"]), hint);
    assert_eq!(said(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "en_US.UTF-8")], &[]), "");
    assert_eq!(said(&[], &[]), "");
}
