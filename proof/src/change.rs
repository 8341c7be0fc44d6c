//! What a learner tries: a change to a cell, and what the lab shows then.
//!
//! A cell's metadata holds such changes in `udp.try`:
//!
//! ```json
//! { "text": "edges-why",
//!   "replace": { "before": "after" },
//!   "run": ["edges-define", "edges"],
//!   "server": { "shows": ["4: \\\\d+ bytes"], "rules": ["received < sent"] } }
//! ```
//!
//! `text` is the cell with the words **Try:**, in the same notebook. `run` are the steps to take with
//! the change; without it, the changed cell's own step. What the last one then shows is expected for
//! one side or both: regular expressions that each match a whole line, and rules, see
//! [`crate::rule`].

use std::collections::BTreeMap;

use serde::Deserialize;

/// A change that a learner makes, and what follows.
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
