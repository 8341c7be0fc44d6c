//! Relations between the numbers that a cell prints, which hold in every run.
//!
//! A cell prints numbers as `name = 12`. A rule such as `received + dropped = sent` must hold on
//! each line that prints all of its names, and there must be at least one such line.

use std::collections::HashMap;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail, ensure};
use regex::Regex;

/// Checks one rule: a sum of names and whole numbers on each side of `=`, `<`, `>`, `<=` or `>=`.
///
/// ```
/// use proof::rule;
///
/// let shown = "sent = 500, received = 256, dropped = 244\n";
/// assert!(rule::check("received + dropped = sent", shown).is_ok());
/// assert!(rule::check("received = sent", shown).is_err());
/// ```
pub fn check(rule: &str, shown: &str) -> Result<()> {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"([a-z_]+) = (\d+)").expect("the pattern is valid"));
    let (left, comparison, right) =
        parse(rule).with_context(|| format!("{rule:?} is not a rule"))?;
    let mut lines = 0;
    for line in shown.lines() {
        let numbers: HashMap<&str, i64> = NUMBER
            .captures_iter(line)
            .filter_map(|found| Some((found.get(1)?.as_str(), found[2].parse().ok()?)))
            .collect();
        let (Some(left), Some(right)) = (sum(left, &numbers), sum(right, &numbers)) else {
            continue;
        };
        lines += 1;
        let holds = match comparison {
            "=" => left == right,
            "<" => left < right,
            ">" => left > right,
            "<=" => left <= right,
            _ => left >= right,
        };
        ensure!(holds, "{rule} does not hold: {line}");
    }
    if lines == 0 {
        bail!("no line prints every name in {rule}:\n{shown}");
    }
    Ok(())
}

fn parse(rule: &str) -> Option<(&str, &str, &str)> {
    let comparison = ["<=", ">=", "=", "<", ">"].into_iter().find(|one| rule.contains(one))?;
    let (left, right) = rule.split_once(comparison)?;
    let named = |side: &str| side.contains(|letter: char| letter.is_ascii_lowercase());
    (named(left) || named(right)).then_some((left, comparison, right))
}

fn sum(side: &str, numbers: &HashMap<&str, i64>) -> Option<i64> {
    side.split('+')
        .map(|term| term.trim().parse().ok().or_else(|| numbers.get(term.trim()).copied()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_must_hold_on_each_line_with_all_its_names() {
        let shown = "asked = 3\nasked = 3, answered = 3\nasked = 4, answered = 2\n";
        assert!(check("answered <= asked", shown).is_ok());
        assert!(check("answered + 2 >= asked", shown).is_ok());
        let error = check("answered = asked", shown).unwrap_err().to_string();
        assert!(error.ends_with("does not hold: asked = 4, answered = 2"), "{error}");
        assert!(check("answered > 3", shown).is_err());
        assert!(check("answered < 2", shown).is_err());
    }

    #[test]
    fn a_rule_that_applies_to_no_line_fails() {
        assert!(check("sent = received", "sent = 3\n").is_err());
        assert!(check("sent", "sent = 3\n").is_err());
        assert!(check("1 = 1", "sent = 3\n").is_err());
        assert!(check("sent = three", "sent = 3\n").is_err());
    }
}
