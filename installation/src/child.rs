//! The environment of the programs that the launcher starts, and of those that they start: chosen,
//! not inherited. Every program is started by [`command`].

use std::env;
use std::ffi::OsStr;
use std::process::Command;

/// What is left out, since it is known to break Python, pip, Jupyter, Cargo, the kernel or git. A
/// star stands for any end.
const LEFT_OUT: [&str; 29] = [
    // Modules, start-up files and switches of another Python, and what macOS's leaves behind.
    "PYTHON*",
    "__PYVENV_LAUNCHER__",
    // Jupyter takes folders of the environment that it believes to be in.
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    // Where pip puts things, and how: elsewhere than into its own environment.
    "PIP_*",
    // Another Jupyter's folders, password, configuration, or none.
    "JUPYTER*",
    "IPYTHONDIR",
    // Another platform or flags than those that the kernel's cells are compiled with, another place
    // than the one where the kernel looks for its results; the kernel wraps the compiler itself.
    "CARGO_BUILD_*",
    "CARGO_TARGET_*",
    "CARGO_PROFILE_*",
    "CARGO_UNSTABLE_*",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_INSTALL_ROOT",
    "RUSTFLAGS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    // What Cargo tells the launcher about itself.
    "CARGO_PKG_*",
    "CARGO_MANIFEST_*",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "OUT_DIR",
    // One folder for all kernels, and cells of the user's own that run before the first one.
    "EVCXR_*",
    // Another repository than the clone: git sets them for its hooks.
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
];

/// What stays all the same: how the network is reached, and which linker there is.
const KEPT: [&str; 16] = [
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_TRUSTED_HOST",
    "PIP_PROXY",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_KEYRING_PROVIDER",
    "PIP_TIMEOUT",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_RETRIES",
    "PIP_CACHE_DIR",
    "PIP_NO_CACHE_DIR",
    "PIP_CONFIG_FILE",
    "CARGO_TARGET_*_LINKER",
];

/// A command in the chosen environment. All else stays, such as `HOME`, `PATH`, the language, proxies
/// and certificates.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "here the environment is chosen")]
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if !stays(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn stays(name: &str) -> bool {
    // Windows does not tell them apart by case.
    let name = if cfg!(windows) { name.to_uppercase() } else { name.into() };
    let is_one_of = |patterns: &[&str]| patterns.iter().any(|pattern| matches(pattern, &name));
    is_one_of(&KEPT) || !is_one_of(&LEFT_OUT)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => name.strip_prefix(begin).is_some_and(|rest| rest.ends_with(end)),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_programs_goes_and_what_people_need_stays() {
        for name in ["PYTHONPATH", "PIP_TARGET", "JUPYTER_NO_CONFIG", "JUPYTERLAB_DIR", "RUSTC"] {
            assert!(!stays(name), "{name}");
        }
        for name in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "EVCXR_TMPDIR", "GIT_DIR"] {
            assert!(!stays(name), "{name}");
        }
        for name in ["HOME", "PATH", "LANG", "LC_ALL", "HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE"] {
            assert!(stays(name), "{name}");
        }
        for name in ["PIP_INDEX_URL", "CARGO_HOME", "CARGO_HTTP_CAINFO", "RUSTUP_TOOLCHAIN"] {
            assert!(stays(name), "{name}");
        }
        assert!(stays("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER"));
        assert!(!stays("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"));
    }
}
