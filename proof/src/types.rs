//! `cargo proof types`: the types that a kernel gives to variables which cells keep, as a learner might
//! write them. The kernel of `cargo lab` reads a reduced standard library; a stock kernel, the complete one.
//!
//! The file holds cells, separated by empty lines. A `//:` at the end of a `let` gives the stock
//! kernel's types, in the order of the names; a variable that a later line of the cell uses up has none.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use installation::folder::Installation;
use installation::tutorial::repository;
use kernel_client::kernel::Kernel;

/// The cells and the types of their variables.
pub const FILE: &str = "proof/kept_variables.rs";

/// What separates a line's code from its variables' types.
const TYPES: &str = " //: ";

/// Writes the types that a stock kernel gives into the file.
pub async fn write(installation: &Installation) -> Result<()> {
    let kernelspec = tempfile::tempdir()?;
    installation.install_stock_kernelspec(kernelspec.path())?;
    let file = repository().join(FILE);
    let text = with_types(kernelspec.path(), &fs::read_to_string(&file)?).await?;
    Ok(fs::write(file, text)?)
}

/// The file's text with the types that a kernel gives.
pub async fn with_types(jupyter_path: &Path, text: &str) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let mut kernel = Kernel::start(jupyter_path, folder.path(), &[]).await?;
    let mut cells = Vec::new();
    for cell in text.trim_end().split("\n\n") {
        cells.push(typed(&mut kernel, cell).await?);
    }
    kernel.shut_down().await?;
    Ok(cells.join("\n"))
}

/// Runs a cell in a kernel without variables, and returns it with the types of those that it keeps.
async fn typed(kernel: &mut Kernel, cell: &str) -> Result<String> {
    let lines: Vec<&str> =
        cell.lines().map(|line| line.split(TYPES).next().unwrap_or(line)).collect();
    let shown = kernel.run(&lines.join("\n")).await?;
    ensure!(!shown.has_failed(), "the cell {:?} fails:\n{shown}", lines[0]);
    let variables = kernel.run(":vars").await?.to_string().replace("[text/plain] ", "");
    let types: HashMap<&str, &str> =
        variables.lines().filter_map(|line| line.split_once(": ")).collect();
    kernel.run(":clear").await?;
    let mut typed = String::new();
    for line in lines {
        typed.push_str(line);
        let kept: Vec<&str> = names(line).filter_map(|name| types.get(name).copied()).collect();
        if !kept.is_empty() {
            write!(typed, "{TYPES}{}", kept.join(", "))?;
        }
        typed.push('\n');
    }
    Ok(typed)
}

/// The names that a line of code declares with `let`.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let pattern = line.strip_prefix("let ").and_then(|rest| rest.split([':', '=']).next());
    let is_mark = |letter: char| !letter.is_alphanumeric() && letter != '_';
    pattern.unwrap_or_default().split(is_mark).filter(|word| !["", "mut"].contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_pattern() {
        assert_eq!(names("let mut a = b == c;").collect::<Vec<_>>(), ["a"]);
        assert_eq!(names("let (a, mut b_2): (u8, u8) = c;").collect::<Vec<_>>(), ["a", "b_2"]);
        assert_eq!(names("drop(a);").count(), 0);
    }
}
