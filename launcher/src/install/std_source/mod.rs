//! The copy of the standard library's source from which the kernel learns the types of variables.
//!
//! Reading the source takes most of a kernel's start-up time and memory, so the copy has only core,
//! alloc and std, without tests and comments. The comments in `std::net` stay: Shift-Tab in
//! JupyterLab shows them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use installation::folder::Installation;

use super::step::SetUpStep;

/// The modules of the standard library whose documentation is kept.
const DOCUMENTED: &str = "std/src/net";

/// Copies core, alloc and std from `library`, again for each new `compiler`.
pub(crate) fn copy_standard_library(
    installation: &Installation,
    library: &Path,
    compiler: &str,
) -> Result<()> {
    let made_from = format!("{} {compiler}", library.display());
    let step = SetUpStep { installation, name: "std", made_from: &made_from };
    let folder = installation.standard_library();
    if step.is_done() && folder.exists() {
        return Ok(());
    }
    step.undo(&folder)?;
    for name in ["core", "alloc", "std"] {
        let source = Path::new(name).join("src");
        copy(library, &folder, &source)
            .with_context(|| format!("cannot copy {}", library.join(source).display()))?;
    }
    step.done()
}

/// Copies the Rust files in the folder `path`, without tests and, outside [`DOCUMENTED`], comments.
fn copy(from: &Path, to: &Path, path: &Path) -> Result<()> {
    fs::create_dir_all(to.join(path))?;
    for entry in fs::read_dir(from.join(path))? {
        let path = path.join(entry?.file_name());
        let name = path.file_stem().unwrap_or_default();
        if name == "tests" || name == "benches" {
            continue;
        }
        let source = from.join(&path);
        if source.is_dir() {
            copy(from, to, &path)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&source)?;
            let keep = path.starts_with(DOCUMENTED);
            let kept = |line: &&str| keep || !line.trim_start().starts_with("//");
            let lines: String = text.split_inclusive('\n').filter(kept).collect();
            fs::write(to.join(&path), lines)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_keeps_all_code_but_only_the_comments_of_std_net() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |path: &str, text: &str| {
            let path = from.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let text = "/// Words.\npub struct Socket; // a remark\n";
        write("std/src/net/udp.rs", text);
        write("std/src/fs/file.rs", text);
        write("std/src/fs/tests.rs", text);
        write("std/src/fs/tests/more.rs", text);
        write("std/src/fs/notes.md", text);
        copy(from.path(), to.path(), Path::new("std/src")).unwrap();
        let copied = |path: &str| fs::read_to_string(to.path().join(path)).ok();
        assert_eq!(copied("std/src/net/udp.rs").as_deref(), Some(text));
        let code = "pub struct Socket; // a remark\n";
        assert_eq!(copied("std/src/fs/file.rs").as_deref(), Some(code));
        for path in ["tests.rs", "tests/more.rs", "notes.md"] {
            assert_eq!(copied(&format!("std/src/fs/{path}")), None, "{path}");
        }
    }
}
