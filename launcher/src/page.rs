//! `cargo lab page`: both notebooks side by side on one page, of static files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::install::installation::Cache;
use crate::{child, proof};

/// What tells that a folder was made here, so that it may be made anew.
const MARK: &str = ".udp-hands-on-page";

/// Writes the page of the notebooks of `repository` into `folder`.
///
/// # Errors
///
/// There is something else in the folder, a diagram is out of date, or nbconvert fails.
pub fn write(cache: &Cache, repository: &Path, folder: &Path) -> Result<()> {
    if folder.exists() && !folder.join(MARK).exists() {
        let mut entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        ensure!(
            entries.next().is_none(),
            "{} has files of somebody else's: name another folder",
            folder.display()
        );
    }
    for old in ["index.html", "figures", "diagrams", "docs"] {
        crate::install::step::remove(&folder.join(old))?;
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join(MARK), "Made by `cargo lab page`.\n")?;

    let merged = folder.join("index.ipynb");
    proof::merge(repository, &merged)?;

    let mut convert = child::command(cache.venv_program("python"));
    convert.args(["-m", "nbconvert", "--to", "html", "--template", "page", "--log-level", "WARN"]);
    convert.arg(format!("--TemplateExporter.extra_template_basedirs={}", repository.display()));
    convert.args(["--ExtractOutputPreprocessor.enabled=True"]);
    convert.args(["--ExtractOutputPreprocessor.extract_output_types={'image/svg+xml'}"]);
    convert.args(["--NbConvertBase.display_data_priority=image/svg+xml"]);
    convert.args(["--NbConvertApp.output_files_dir=figures"]).arg(&merged);
    let converted = convert.output()?;
    if !converted.status.success() {
        bail!("nbconvert fails: {}", String::from_utf8_lossy(&converted.stderr));
    }
    fs::remove_file(&merged)?;
    let page = folder.join("index.html");
    fs::write(&page, without_plain_spans(&fs::read_to_string(&page)?))?;
    for (from, to) in [("docs/diagrams", "diagrams"), ("docs", "docs")] {
        copy(&repository.join(from), &folder.join(to))?;
    }
    eprintln!("The page is {}", page.display());
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
        let cache = Cache::locate().unwrap();
        let error = write(&cache, &crate::tutorial::repository(), folder.path()).unwrap_err();
        assert!(error.to_string().contains("somebody else's"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("index.html")).unwrap(), "mine");
    }
}
