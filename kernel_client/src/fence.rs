//! A cell that runs, and its fence: what tells that everything it has printed has arrived.

use crate::transcript::Transcript;

/// A cell that was sent to the kernel, and what it has printed so far.
pub struct Execution {
    pub(crate) id: String,
    /// What has arrived up to now.
    pub transcript: Transcript,
    /// What the fence below the cell prints, if there is one.
    pub(crate) marker: Option<String>,
    pub(crate) idle: bool,
}

impl Execution {
    pub(crate) fn new(id: String) -> Execution {
        Execution { id, transcript: Transcript::default(), marker: None, idle: false }
    }

    /// What the cell itself has printed to stdout.
    pub(crate) fn printed(&self) -> &str {
        let stdout = self.transcript.stdout.as_str();
        self.marker.as_ref().and_then(|marker| stdout.strip_suffix(marker)).unwrap_or(stdout)
    }

    /// Takes the fence's marker away, where it was printed.
    pub(crate) fn strip(&mut self, marker: &str) {
        for text in [&mut self.transcript.stdout, &mut self.transcript.stderr] {
            text.truncate(text.strip_suffix(marker).map_or(text.len(), str::len));
        }
    }
}

/// The code that prints a marker.
pub(crate) fn fence(marker: &str) -> String {
    format!("\nprintln!({0:?}); eprintln!({0:?});", marker.trim_end())
}

/// Whether another statement can follow `code` and changes nothing: it ends with a statement, or with
/// an item or a loop, and not with a value that the cell shows.
pub(crate) fn ends_with_a_statement(code: &str) -> bool {
    const BLOCKS: [&str; 8] =
        ["fn ", "pub fn ", "struct ", "enum ", "impl ", "trait ", "for ", "while "];
    let lines = code.lines().filter(|line| !line.trim().is_empty());
    let code: Vec<&str> = lines.filter(|line| !line.trim_start().starts_with("//")).collect();
    match code.last() {
        Some(&"}") => {
            let outer = code.iter().rfind(|line| !line.starts_with([' ', '}', ')']));
            outer.is_some_and(|line| BLOCKS.iter().any(|block| line.starts_with(block)))
        }
        Some(last) => last.trim_end().ends_with(';') && !last.starts_with(':'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_follows_a_statement_and_no_value() {
        for code in [
            "let one = 1;",
            "use std::fs;\nlet one = 1;\n// the end\n",
            "fn one() -> u32 {\n    1\n}\n",
            "for n in 0..3 {\n    println!(\"{n}\");\n}",
            ":dep a = \"1\"\nuse a::b;",
        ] {
            assert!(ends_with_a_statement(code), "{code}");
        }
        for code in [
            "one",
            "chart.draw()?",
            "match one {\n    1 => 2,\n    _ => 3,\n}",
            "if one {\n    1\n} else {\n    2\n}",
            ":dep a = { path = \"..\" };",
            "// nothing",
            "",
        ] {
            assert!(!ends_with_a_statement(code), "{code}");
        }
    }
}
