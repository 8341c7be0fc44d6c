//! The library of `cargo proof`: a learner, who runs every cell of the notebooks in real kernels.
//!
//! - [`notebook`]: reads, writes and compares notebooks;
//! - [`metadata`]: what the tests know about a cell: its masks, its rules, and the changes that the
//!   text suggests;
//! - [`rule`]: relations between numbers that differ from run to run;
//! - [`pair`]: a part's two notebooks, and the order in which a learner runs their cells;
//! - [`running_notebook`]: a notebook, its kernel, and what its cells have shown;
//! - [`learner`]: runs a pair; [`compare`]: compares what it shows with the recorded outputs;
//!   [`tries`]: makes the changes that the text suggests;
//! - [`mod@record`]: runs whole pairs;
//! - [`lists`]: the lists of parts and labs in notebooks and README;
//! - [`minutes`]: how long a learner needs for each section;
//! - [`page`]: a part's static page; [`merge`]: merges the part's two notebooks for it; [`around`]: what
//!   the page has around them;
//! - [`mod@translation`]: the notebooks in other languages;
//! - [`types`]: the types that a kernel gives to variables;
//! - [`transcripts`]: what the system's own tools show;
//! - [`mod@pin`]: the digests of the kernel's release;
//! - [`pictures`]: the pictures that Chromium draws for the documents.

pub mod around;
pub mod compare;
pub mod learner;
pub mod lists;
pub mod merge;
pub mod metadata;
pub mod minutes;
pub mod notebook;
pub mod page;
pub mod pair;
#[cfg(target_os = "linux")]
pub mod pictures;
pub mod pin;
pub mod record;
pub mod rule;
pub mod running_notebook;
#[cfg(target_os = "linux")]
pub mod transcripts;
pub mod translation;
pub mod tries;
pub mod types;
