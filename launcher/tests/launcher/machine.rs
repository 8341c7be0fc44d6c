//! Machines with other software installed, simulated through their `PATH`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use installation::folder::CACHE_VARIABLE;
use tempfile::TempDir;

use crate::common;

/// A machine with an empty cache folder and only the tools on its `PATH` that a test puts there.
pub struct Machine {
    pub folder: TempDir,
}

impl Machine {
    pub fn bare() -> Machine {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        Machine { folder }
    }

    pub fn bin(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    /// The folder that [`CACHE_VARIABLE`] names.
    pub fn named(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    pub fn cache(&self) -> PathBuf {
        self.named().join("udp-tutorial")
    }

    /// Puts a real tool on the `PATH`.
    pub fn with(self, tool: &str) -> Machine {
        symlink(launcher::install::tools::find(tool).unwrap(), self.bin().join(tool)).unwrap();
        self
    }

    /// Puts a shell script on the `PATH`.
    pub fn with_script(self, tool: &str, script: &str) -> Machine {
        self.write_program(&self.bin().join(tool), &format!("#!/bin/sh\n{script}\n"));
        self
    }

    pub fn write_program(&self, file: &Path, text: &str) {
        fs::write(file, text).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Installs JupyterLab, by linking to the real one.
    pub fn with_jupyterlab(self) -> Machine {
        let (real, own) = (common::prepared(), self.cache());
        fs::create_dir_all(own.join("done")).unwrap();
        for file in ["CACHEDIR.TAG", "done/jupyterlab", "done/std"] {
            fs::copy(real.root().join(file), own.join(file)).unwrap();
        }
        for folder in ["venv", "std"] {
            symlink(real.root().join(folder), own.join(folder)).unwrap();
        }
        self
    }

    /// A copy of the real installation whose Python is a script that runs `before` and then the
    /// real Python.
    #[cfg(target_os = "linux")]
    pub fn installed(before: &str) -> Machine {
        let machine = Machine::bare().with_jupyterlab();
        let (real, own) = (common::prepared(), machine.cache());
        fs::remove_file(own.join("venv")).unwrap();
        fs::create_dir_all(own.join("venv/bin")).unwrap();
        let python = real.venv_program("python");
        let script = format!("#!/bin/sh\n{before}\nexec '{}' \"$@\"\n", python.display());
        machine.write_program(&own.join("venv/bin/python"), &script);
        for step in ["kernel", "kernelspec", "seed"] {
            fs::copy(real.stamp(step), own.join("done").join(step)).unwrap();
        }
        for folder in [real.kernel_root(), real.root().join("seed")] {
            symlink(&folder, own.join(folder.file_name().unwrap())).unwrap();
        }
        let kernelspec = Path::new("jupyter/kernels/rust");
        fs::create_dir_all(own.join(kernelspec)).unwrap();
        for file in fs::read_dir(real.root().join(kernelspec)).unwrap().flatten() {
            fs::copy(file.path(), own.join(kernelspec).join(file.file_name())).unwrap();
        }
        machine
    }

    /// The installed kernel's executable.
    pub fn kernel(&self) -> PathBuf {
        self.cache().join("evcxr_jupyter-0.22.0/bin/evcxr_jupyter")
    }

    /// Puts the real Python on the `PATH`: the interpreter itself, even if `python3` is a script
    /// that finds it.
    pub fn with_python(self) -> Machine {
        let script = "import sys; print(sys.executable)";
        let output = Command::new("python3").args(["-c", script]).output().unwrap();
        let python = String::from_utf8(output.stdout).unwrap();
        self.with_script("python3", &format!("exec '{}' \"$@\"", python.trim_end()))
    }

    pub fn prepare(&self) -> Command {
        self.lab("prepare")
    }

    /// The launcher on this machine, with a separate home folder.
    pub fn lab(&self, task: &str) -> Command {
        let mut command = common::lab();
        command.arg(task).env("PATH", self.bin()).env(CACHE_VARIABLE, self.named());
        command.env("HOME", self.folder.path()).env("CARGO_HOME", self.folder.path().join("cargo"));
        command.env("RUSTUP_HOME", home("RUSTUP_HOME", ".rustup"));
        command.env_remove("CARGO_INSTALL_ROOT").env_remove("RUST_SRC_PATH");
        command.stdin(Stdio::null());
        command
    }

    /// The error message with which `cargo lab prepare` ends.
    pub fn complaint(&self) -> String {
        let output = self.prepare().output().unwrap();
        assert!(!output.status.success());
        let report = String::from_utf8(output.stderr).unwrap();
        let last = report.lines().last().unwrap_or_default();
        assert!(last.starts_with("error: "), "{report}");
        last.to_string()
    }
}

/// A folder of the real user: the one that a variable names, or one in the home folder.
pub fn home(variable: &str, name: &str) -> PathBuf {
    let named = std::env::var_os(variable).map(PathBuf::from);
    named.unwrap_or_else(|| dirs::home_dir().unwrap().join(name))
}
