//! Medians, and tables in Markdown.

/// The middle one of some numbers.
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    quantile(numbers, 0.5)
}

/// The number below which a part of them lies, a part from 0 to 1.
pub fn quantile(numbers: impl IntoIterator<Item = f64>, part: f64) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().saturating_sub(1);
    numbers.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
}

/// A table in Markdown; its first column names the rows.
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
