//! What makes a kernel of `cargo lab` answer at once, where a stock kernel opens the notebooks just
//! as well, but slower.
//!
//! - The kernel learns the types of variables from the source of the standard library. Reading it
//!   is most of its start and of its memory, so it gets a copy of core, alloc and std alone,
//!   without tests and comments. Those of `std::net` stay: Shift-Tab in JupyterLab shows them.
//! - Compiled crates are kept for the next start (Linux).
//! - The kernel pays at its start what it would pay in the reader's first cells: the kernelspec
//!   starts it by `start_kernel.py`, which says how. Windows cannot do that and starts it as it is.
//! - All that the set-up cells need was downloaded at the set-up.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::cache::Cache;
use crate::setup::{Step, run};
use crate::{repository, tools};

/// The program that starts and warms a kernel, run by the Python of JupyterLab.
const START_KERNEL: &str = include_str!("start_kernel.py");

/// The modules of the standard library whose documentation is kept.
const DOCUMENTED: &str = "std/src/net";

/// Writes and downloads what a warm kernel needs, and changes the kernel's own kernelspec
/// accordingly.
///
/// # Errors
///
/// The cache folder cannot be written to, or something is missing and there is no network.
pub fn prepare(cache: &Cache, library: &Path, kernelspec: &mut Value) -> Result<()> {
    download(&cache.root().join("dependencies"))?;
    copy_standard_library(cache, library)?;
    let mut environment = Map::new();
    let mut set = |name: &str, value: &str| environment.insert(name.into(), json!(value));
    let path = |path: &Path| path.to_string_lossy().into_owned();
    set("RUST_SRC_PATH", &path(&cache.standard_library()));
    // The kernel's allocator would round its memory up to huge pages.
    set("MIMALLOC_ALLOW_THP", "0");
    // A panic's message is enough in a notebook; the backtrace shows the kernel, not the cell.
    set("RUST_LIB_BACKTRACE", "0");
    if cfg!(unix) {
        let program = cache.root().join("start_kernel.py");
        fs::write(&program, START_KERNEL)?;
        let python = path(&cache.venv_program("python"));
        kernelspec["argv"] =
            json!([python, path(&program), path(&cache.kernel()), "{connection_file}"]);
    }
    if cfg!(target_os = "linux") {
        set("XDG_CACHE_HOME", &path(cache.root()));
    }
    kernelspec["env"] = Value::Object(environment);
    Ok(())
}

/// Downloads what the helper crate depends on, resolved as a kernel does it.
fn download(folder: &Path) -> Result<()> {
    let manifest = format!(
        "package = {{ name = 'dependencies', edition = '2024' }}\n\
         workspace = {{}}\n\
         lib = {{ path = 'lib.rs' }}\n\
         dependencies = {{ udp_tutorial = {{ path = {:?} }} }}\n",
        repository()
    );
    fs::create_dir_all(folder)?;
    fs::write(folder.join("lib.rs"), "")?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let fetch = |offline: &[&str]| -> Result<Command> {
        let mut cargo = Command::new(tools::cargo()?);
        cargo.args(["fetch", "--quiet"]).args(offline).current_dir(folder);
        Ok(cargo)
    };
    let there = fetch(&["--offline"])?.stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        eprintln!("Downloading what the notebooks' crate needs (a few seconds) …");
        run(&mut fetch(&[])?)?;
    }
    Ok(())
}

/// Copies core, alloc and std, anew for each version of the compiler.
fn copy_standard_library(cache: &Cache, library: &Path) -> Result<()> {
    let made_from = format!("{} {}", library.display(), tools::compiler()?);
    let step = Step { cache, name: "std", made_from: &made_from };
    let folder = cache.standard_library();
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

/// Copies the folder `path` with its Rust files, less tests and, outside [`DOCUMENTED`], comments.
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
    fn the_copy_has_the_code_and_the_documentation_of_std_net_alone() {
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
