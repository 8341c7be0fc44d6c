//! Medians, tables in Markdown, and a description of the machine.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use installation::folder::KERNEL_VERSION;

pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    quantile(numbers, 0.5)
}

/// The number below which the fraction `part` (0 to 1) of `numbers` lies, or NaN if there are none.
pub fn quantile(numbers: impl IntoIterator<Item = f64>, part: f64) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().saturating_sub(1);
    numbers.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
}

/// A table in Markdown. The first column names the rows.
pub struct Table {
    columns: usize,
    lines: Vec<String>,
}

impl Table {
    pub fn new<'a>(corner: &str, columns: impl IntoIterator<Item = &'a str>) -> Table {
        let columns: Vec<&str> = columns.into_iter().collect();
        let head = format!("| {corner} | {} |", columns.join(" | "));
        let rule = format!("| --- |{}", " ---: |".repeat(columns.len()));
        Table { columns: columns.len(), lines: vec![head, rule] }
    }

    pub fn row(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        let values: Vec<String> = values.into_iter().collect();
        assert_eq!(values.len(), self.columns, "{name}");
        self.lines.push(format!("| {name} | {} |", values.join(" | ")));
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

/// The machine and the versions that a measurement ran on.
pub fn machine() -> String {
    let printed = |program: &str, arguments: &[&str]| -> Result<String> {
        let output = Command::new(program).args(arguments).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text.lines().next().context("the program printed nothing")?.trim().to_string())
    };
    let cores = std::thread::available_parallelism().map_or(0, |cores| cores.get());
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor
        .lines()
        .find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim()))
        .unwrap_or(std::env::consts::ARCH);
    let versions = [
        printed("rustc", &["--version"]),
        Ok(format!("evcxr_jupyter {}", KERNEL_VERSION)),
        printed("python3", &["--version"]),
        printed("sockperf", &["--version"]).map(|line| line.replace(',', "")),
    ];
    let versions: Vec<String> = versions.into_iter().flatten().collect();
    let system = std::env::consts::OS;
    format!("{processor}, {cores} cores, {system}; {}.", versions.join(", "))
}
