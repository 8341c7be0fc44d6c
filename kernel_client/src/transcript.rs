//! What a cell shows, in a form to compare and to record.

use std::fmt;

use anyhow::{Result, bail};
use jupyter_protocol::{Media, MediaType};
use nbformat::v4::{MultilineString, Output};

/// What a cell showed: the text of each stream, with its pieces joined, and the rest in order.
#[derive(Clone, Default)]
pub struct Transcript {
    /// What the cell printed to stdout.
    pub stdout: String,
    /// What the cell printed to stderr, including errors returned with `?` and panics.
    pub stderr: String,
    /// Results, pictures, and errors from the compiler and the kernel.
    pub rich: Vec<Output>,
}

impl Transcript {
    pub fn from_outputs(outputs: &[Output]) -> Transcript {
        let mut transcript = Transcript::default();
        for output in outputs {
            match output {
                Output::Stream { name, text } if name == "stderr" => {
                    transcript.stderr.push_str(&text.0);
                }
                Output::Stream { text, .. } => transcript.stdout.push_str(&text.0),
                other => transcript.rich.push(other.clone()),
            }
        }
        transcript
    }

    pub fn to_outputs(&self, number: i32) -> Vec<Output> {
        let streams = [("stdout", &self.stdout), ("stderr", &self.stderr)];
        let streams =
            streams.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| {
                Output::Stream { name: name.into(), text: MultilineString(text.clone()) }
            });
        let rich = self.rich.iter().cloned().map(|mut output| {
            if let Output::ExecuteResult(result) = &mut output {
                result.execution_count.0 = number as usize;
            }
            output
        });
        streams.chain(rich).collect()
    }

    /// Whether the cell showed an error or printed to stderr, as most failing cells do.
    pub fn has_failed(&self) -> bool {
        let error = |output: &Output| matches!(output, Output::Error(_));
        !self.stderr.is_empty() || self.rich.iter().any(error)
    }

    /// Removes the error that the kernel shows for an interrupted cell.
    pub fn without_interruption(mut self) -> Result<Transcript> {
        match self.rich.pop() {
            Some(Output::Error(error)) if error.evalue.contains("Subprocess terminated") => {
                Ok(self)
            }
            other => {
                self.rich.extend(other);
                bail!("the interrupt did not stop the cell; it showed:\n{self}")
            }
        }
    }
}

/// Everything that the cell showed, as text for comparing two runs.
impl fmt::Display for Transcript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.stdout)?;
        for line in self.stderr.lines() {
            writeln!(formatter, "[stderr] {line}")?;
        }
        for output in &self.rich {
            match output {
                Output::ExecuteResult(result) => media(formatter, &result.data)?,
                Output::DisplayData(display) => media(formatter, &display.data)?,
                Output::Error(error) => {
                    for line in error.evalue.lines() {
                        writeln!(formatter, "[error] {line}")?;
                    }
                }
                Output::Stream { .. } => {}
            }
        }
        Ok(())
    }
}

fn media(formatter: &mut fmt::Formatter<'_>, media: &Media) -> fmt::Result {
    let mut lines: Vec<String> = Vec::new();
    for content in &media.content {
        match content {
            MediaType::Plain(text) => lines.push(format!("[text/plain] {text}")),
            MediaType::Svg(_) => lines.push("[image/svg+xml]".into()),
            other => lines.push(format!("[other] {other:?}")),
        }
    }
    lines.sort();
    writeln!(formatter, "{}", lines.join("\n"))
}
