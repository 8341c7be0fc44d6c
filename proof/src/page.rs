//! `cargo proof page`: each part's notebooks side by side on a page of static files. Translations are in
//! a folder for each language.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use installation::child;
use installation::folder::Installation;
use installation::tutorial::{Tutorial, repository};

use crate::around::{Languages, page_path};
use crate::merge;

/// What tells that a folder was made here, so that it may be made anew.
const MARK: &str = ".udp-hands-on-page";

/// The folders with what the pages show or lead to, and their names beside the pages.
const FOLDERS: [(&str, &str); 3] =
    [("docs/diagrams", "diagrams"), ("docs", "docs"), ("measured", "measured")];

/// Writes the pages of all parts into `folder`. What somebody else has put there stays, and is an error.
pub fn write(installation: &Installation, folder: &Path) -> Result<()> {
    if folder.exists() && !folder.join(MARK).exists() {
        let mut entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        ensure!(
            entries.next().is_none(),
            "{} has files of somebody else's: name another folder",
            folder.display()
        );
    }
    let tutorial = Tutorial::read(&repository())?;
    let translations = tutorial.languages.iter().map(|language| &*language.code);
    for old in FOLDERS.map(|(_, name)| name).into_iter().chain(["figures"]).chain(translations) {
        let old = folder.join(old);
        if old.exists() {
            fs::remove_dir_all(old)?;
        }
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join(MARK), "Made by `cargo proof page`.\n")?;
    let languages = Languages::read(&tutorial)?;
    for part in &tutorial.parts_in_all_languages() {
        let page = folder.join(page_path(&tutorial, part));
        fs::create_dir_all(page.parent().expect("it is in the folder"))?;
        let merged = page.with_extension("ipynb");
        fs::write(&merged, merge::merged(&languages, &tutorial, part)?.to_string())?;
        convert(installation, &merged)?;
        fs::remove_file(&merged)?;
        fs::write(&page, without_plain_spans(&fs::read_to_string(&page)?))?;
        eprintln!("{}", page.display());
    }
    for (from, to) in FOLDERS {
        copy(&repository().join(from), &folder.join(to))?;
    }
    Ok(())
}

/// Lets nbconvert make a page of a notebook, with the template in `page/`.
fn convert(installation: &Installation, notebook: &Path) -> Result<()> {
    let mut convert = child::command(installation.venv_program("python"));
    convert.args(["-m", "nbconvert", "--to", "html", "--template", "page", "--log-level", "WARN"]);
    convert.arg(format!("--TemplateExporter.extra_template_basedirs={}", repository().display()));
    convert.args(["--ExtractOutputPreprocessor.enabled=True"]);
    convert.args(["--ExtractOutputPreprocessor.extract_output_types={'image/svg+xml'}"]);
    convert.args(["--NbConvertBase.display_data_priority=image/svg+xml"]);
    convert.args(["--NbConvertApp.output_files_dir=figures"]).arg(notebook);
    let converted = convert.output().context("JupyterLab is missing: run `cargo lab prepare`")?;
    if !converted.status.success() {
        bail!("nbconvert fails: {}", String::from_utf8_lossy(&converted.stderr));
    }
    Ok(())
}

/// Copies the files of a folder that the page shows or leads to.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let file = entry?.path();
        let shown = file.extension().is_some_and(|kind| kind == "svg" || kind == "md");
        if shown && let Some(name) = file.file_name() {
            fs::copy(&file, to.join(name))?;
        }
    }
    Ok(())
}

/// Takes the marks off blanks, names and punctuation in code, which have no colour: a third of the page.
fn without_plain_spans(html: &str) -> String {
    let mut text = html.to_string();
    for class in ["w", "n", "p", "o"] {
        let mark = format!("<span class=\"{class}\">");
        let mut pieces = text.split(&mark);
        let mut kept = pieces.next().unwrap_or_default().to_string();
        for piece in pieces {
            kept += &piece.replacen("</span>", "", 1); // marks of code are not nested
        }
        text = kept;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_without_a_colour_go() {
        let html =
            "<span class=\"k\">let</span><span class=\"w\"> </span><span class=\"n\">x</span>;";
        assert_eq!(without_plain_spans(html), "<span class=\"k\">let</span> x;");
    }

    #[test]
    fn a_folder_of_somebody_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "mine").unwrap();
        let installation = Installation::locate().unwrap();
        let error = write(&installation, folder.path()).unwrap_err();
        assert!(error.to_string().contains("somebody else's"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("index.html")).unwrap(), "mine");
    }
}
