//! What this project keeps in a cell's metadata, under `udp`. A key that is not here is refused, since
//! a misspelt one would check nothing.
//!
//! ```json
//! { "masks": ["port \\d+"],
//!   "rules": ["received + dropped = sent"],
//!   "needs": "ipv6",
//!   "try": [{
//!     "text": "edges-why",
//!     "replace": { "before": "after" },
//!     "run": ["edges-define", "edges"],
//!     "server": { "shows": ["4: \\d+ bytes"], "rules": ["received < sent"] } }] }
//! ```

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// What is known of a cell beside its code or text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// What differs from run to run, as regular expressions.
    #[serde(default)]
    pub masks: Vec<String>,
    /// What holds between the numbers all the same, see [`crate::rule`].
    #[serde(default)]
    pub rules: Vec<String>,
    /// Without it, the cell prints one line that says so.
    pub needs: Option<Needs>,
    /// The changes that the text suggests in this cell.
    #[serde(default, rename = "try")]
    pub tries: Vec<Try>,
    /// What the diagram in a cell of text shows, in words.
    pub words: Option<String>,
}

/// What not every machine has.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Needs {
    /// IPv6 on the loopback interface.
    Ipv6,
    /// Linux, for `/proc/net` or for all the addresses of its loopback network.
    Linux,
}

impl Metadata {
    /// That of the cell `id`, from the value of its key `udp`.
    pub(crate) fn parse(own: Option<&Value>, id: &str) -> Result<Metadata> {
        let own = own.map(|own| serde_json::from_value(own.clone())).transpose();
        Ok(own.with_context(|| format!("the metadata `udp` of cell {id}"))?.unwrap_or_default())
    }
}

/// A change that a learner makes, and what follows. What the last step then shows is expected for one
/// side or both: regular expressions that each match a whole line, and rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Try {
    /// The cell whose text suggests the change.
    pub text: String,
    /// What is replaced in the cell, each once, and by what.
    pub replace: BTreeMap<String, String>,
    /// The steps to take, the last of which is looked at.
    #[serde(default)]
    pub run: Vec<String>,
    /// What the server's cell shows then.
    #[serde(default)]
    pub server: Expected,
    /// What the client's cell shows then.
    #[serde(default)]
    pub client: Expected,
}

/// What a cell shows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Regular expressions; each matches a whole line.
    #[serde(default)]
    pub shows: Vec<String>,
    /// What holds between the numbers that it prints.
    #[serde(default)]
    pub rules: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_misspelt_is_refused_with_the_cell() {
        for own in [
            json!({ "mask": [] }),
            json!({ "needs": "ipv7" }),
            json!({ "rules": "received = sent" }),
            json!({ "try": [{ "text": "a-why", "replace": {}, "runs": [] }] }),
        ] {
            let error = Metadata::parse(Some(&own), "edges").unwrap_err();
            assert!(
                format!("{error:#}").starts_with("the metadata `udp` of cell edges: "),
                "{own}"
            );
        }
        assert!(Metadata::parse(None, "edges").unwrap().masks.is_empty());
    }
}
