//! The copy of the standard library's source from which the kernel learns the types of variables.
//!
//! Reading the source takes most of a kernel's start-up time and memory, so the copy has only core,
//! alloc and std, without tests, comments and the bodies of functions; [`reduce`] says what else goes.
//! The comments in `std::net` stay: Shift-Tab in JupyterLab shows them. `cargo proof types` compares
//! the types with those that the complete source gives.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};
use installation::folder::Installation;

use super::step::SetUpStep;
use super::subprocess::say;

mod reduce;

/// The modules of the standard library whose documentation is kept.
const DOCUMENTED: &str = "std/src/net";

/// The types of hashbrown, a crate that std depends on and whose source the compiler does not bring.
const HASHBROWN: &str = include_str!("hashbrown.rs");

/// This program's own source: the copy is made again when it changes.
const MADE_BY: [&str; 3] = [include_str!("mod.rs"), include_str!("reduce.rs"), HASHBROWN];

/// Copies core, alloc and std from `library`, again for each new `compiler`.
pub(crate) fn copy_standard_library(
    installation: &Installation,
    library: &Path,
    compiler: &str,
) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    MADE_BY.hash(&mut hasher);
    let made_from = format!("{} {compiler} {:x}", library.display(), hasher.finish());
    let step = SetUpStep { installation, name: "std", made_from: &made_from };
    let folder = installation.standard_library();
    if step.is_done() && folder.exists() {
        return Ok(());
    }
    say(
        "Copying the source of Rust's standard library (a few seconds, once for each version of Rust) …",
    );
    step.undo(&folder)?;
    for name in ["core", "alloc", "std"] {
        let source = Path::new(name).join("src");
        copy(library, &folder, &source)
            .with_context(|| format!("cannot copy {}", library.join(source).display()))?;
    }
    add_hashbrown(&folder.join("std/src")).context("cannot add hashbrown's types")?;
    step.done()
}

/// Adds hashbrown's types to the copy of std, as a module of its own.
fn add_hashbrown(std: &Path) -> Result<()> {
    fs::write(std.join("hashbrown.rs"), HASHBROWN)?;
    let root = std.join("lib.rs");
    fs::write(&root, fs::read_to_string(&root)? + "\nmod hashbrown;\n")?;
    for name in ["map.rs", "set.rs"] {
        let file = std.join("collections/hash").join(name);
        let text = fs::read_to_string(&file)?;
        fs::write(&file, text.replace("hashbrown::", "crate::hashbrown::"))?;
    }
    Ok(())
}

/// Copies the Rust files in the folder `path`, reduced, without tests.
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
            fs::write(to.join(&path), reduce::reduced(&text, path.starts_with(DOCUMENTED)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_keeps_what_types_depend_on_and_the_comments_of_std_net() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |path: &str, text: &str| {
            let path = from.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let text =
            "/// Words.\n#[inline]\npub fn length(&self) -> usize {\n    self.text.len() + 1\n}\n";
        write("std/src/net/udp.rs", text);
        write("std/src/fs/file.rs", text);
        write("std/src/fs/tests.rs", text);
        write("std/src/fs/tests/more.rs", text);
        write("std/src/fs/notes.md", text);
        copy(from.path(), to.path(), Path::new("std/src")).unwrap();
        let copied = |path: &str| fs::read_to_string(to.path().join(path)).ok();
        let code = "\npub fn length(&self) -> usize { loop {} }\n";
        let udp = copied("std/src/net/udp.rs").unwrap();
        assert_eq!(udp, format!("/// Words.\n{code}"));
        assert_eq!(copied("std/src/fs/file.rs").as_deref(), Some(code));
        for path in ["tests.rs", "tests/more.rs", "notes.md"] {
            assert_eq!(copied(&format!("std/src/fs/{path}")), None, "{path}");
        }
    }

    #[test]
    fn std_takes_the_types_of_hashbrown_from_the_copy() {
        let std = tempfile::tempdir().unwrap();
        let maps = std.path().join("collections/hash");
        fs::create_dir_all(&maps).unwrap();
        fs::write(std.path().join("lib.rs"), "pub mod collections;\n").unwrap();
        for name in ["map.rs", "set.rs"] {
            fs::write(maps.join(name), "use hashbrown::hash_map as base;\n").unwrap();
        }
        add_hashbrown(std.path()).unwrap();
        let read = |name: &str| fs::read_to_string(std.path().join(name)).unwrap();
        assert_eq!(read("lib.rs"), "pub mod collections;\n\nmod hashbrown;\n");
        assert_eq!(read("hashbrown.rs"), HASHBROWN);
        assert_eq!(read("collections/hash/map.rs"), "use crate::hashbrown::hash_map as base;\n");
    }
}
