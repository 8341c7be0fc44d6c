//! What stands behind `cargo proof`: a learner who runs every cell of the notebooks in real kernels.
//!
//! - [`notebook`]: reading, writing and comparing notebooks;
//! - [`metadata`]: what is known of a cell: what differs, what holds, and the changes that the text
//!   suggests;
//! - [`rule`]: what holds between numbers that differ from run to run;
//! - [`pair`]: a part's two notebooks, and the order in which a learner runs their cells;
//! - [`running_notebook`]: one notebook, its kernel, and what its cells have shown;
//! - [`learner`]: a pair that runs; [`compare`]: what it shows beside what is recorded; [`tries`]: the changes
//!   that the text suggests;
//! - [`mod@record`]: running whole pairs;
//! - [`lists`]: the lists of parts and labs in notebooks and README;
//! - [`page`]: a part's page of static files, with [`merge`], its two notebooks as one;
//! - [`mod@pin`]: the digests of the kernel's release;
//! - [`pictures`]: what Chromium draws for the documents.

pub mod compare;
pub mod learner;
pub mod lists;
pub mod merge;
pub mod metadata;
pub mod notebook;
pub mod page;
pub mod pair;
#[cfg(target_os = "linux")]
pub mod pictures;
pub mod pin;
pub mod record;
pub mod rule;
pub mod running_notebook;
pub mod tries;
