//! A running cell, and the fence that marks the end of its output.

use crate::transcript::Transcript;

/// A cell that the client has sent to the kernel, and its output so far.
pub struct Execution {
    pub(crate) id: String,
    pub transcript: Transcript,
    /// The text that the fence below the cell prints, if there is a fence.
    pub(crate) marker: Option<String>,
    pub(crate) idle: bool,
}

impl Execution {
    pub(crate) fn new(id: String) -> Execution {
        Execution { id, transcript: Transcript::default(), marker: None, idle: false }
    }

    /// The cell's own output to stdout, without the marker.
    pub(crate) fn printed(&self) -> &str {
        let stdout = self.transcript.stdout.as_str();
        self.marker.as_ref().and_then(|marker| stdout.strip_suffix(marker)).unwrap_or(stdout)
    }

    /// Removes the fence's marker from stdout and stderr, if it is there.
    pub(crate) fn strip(&mut self, marker: &str) {
        for text in [&mut self.transcript.stdout, &mut self.transcript.stderr] {
            text.truncate(text.strip_suffix(marker).map_or(text.len(), str::len));
        }
    }
}

pub(crate) fn fence(marker: &str) -> String {
    format!("\nprintln!({0:?}); eprintln!({0:?});", marker.trim_end())
}

/// Whether you can append a statement to `code` without changing what the cell shows: `code` ends
/// with a statement, an item or a loop, rather than with a value that the cell shows.
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
    fn a_fence_can_follow_a_statement_but_not_a_value() {
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
