//! Restores the notebooks after a page has saved them with its own outputs.

use std::fs;
use std::path::PathBuf;

use installation::tutorial::{Part, Side, Tutorial, repository};
use serde_json::{Value, json};

/// The notebooks as they were before the test. Dropping this restores them.
pub struct Saved(Vec<(PathBuf, String)>);

impl Saved {
    /// Those of all parts in all languages.
    pub fn all() -> Saved {
        Saved::of(&Tutorial::read(&repository()).unwrap().parts_in_all_languages())
    }

    /// Those of these parts.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Saved {
        let parts = parts.into_iter();
        let paths = parts.flat_map(|part| Side::BOTH.map(|side| part.path(side)));
        let file = |path: String| {
            let path = repository().join(path);
            (path.clone(), fs::read_to_string(path).unwrap())
        };
        Saved(paths.map(file).collect())
    }

    /// Panics unless every file has changed, in what a run of its cells changes only: outputs, execution counts
    /// and times.
    pub fn only_outputs_differ(&self) {
        let without_outputs = |text: &str| -> Value {
            let mut notebook: Value = serde_json::from_str(text).unwrap();
            for cell in notebook["cells"].as_array_mut().unwrap() {
                if cell["cell_type"] == "code" {
                    cell["outputs"] = json!([]);
                    cell["execution_count"] = json!(null);
                    // A learner's click on a folded solution unfolds it.
                    for key in ["execution", "jupyter"] {
                        cell["metadata"].as_object_mut().unwrap().remove(key);
                    }
                }
            }
            notebook
        };
        for (path, before) in &self.0 {
            let after = fs::read_to_string(path).unwrap();
            assert_ne!(
                before,
                &after,
                "{} was not saved with the outputs of this run",
                path.display()
            );
            let (before, after) = (without_outputs(before), without_outputs(&after));
            assert!(before == after, "saving changed more than the outputs of {}", path.display());
        }
    }
}

impl Drop for Saved {
    fn drop(&mut self) {
        for (path, text) in &self.0 {
            let _ = fs::write(path, text);
        }
    }
}
