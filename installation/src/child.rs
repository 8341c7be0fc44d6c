//! The environment of every program that the launcher starts, directly or indirectly. The launcher
//! chooses this environment by starting every program with [`command`].

use std::env;
use std::ffi::OsStr;
use std::process::Command;

/// Variables to remove because they are known to break Python, pip, Jupyter, Cargo, the kernel or
/// git. A star matches any text.
const LEFT_OUT: [&str; 29] = [
    // Another Python's modules, start-up files and options, and what macOS's Python leaves behind.
    "PYTHON*",
    "__PYVENV_LAUNCHER__",
    // Jupyter would also use the folders of the environment that these name.
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    // These would make pip install somewhere other than into its own environment.
    "PIP_*",
    // Another Jupyter's folders, password and configuration, or an order to use none.
    "JUPYTER*",
    "IPYTHONDIR",
    // These would compile cells for a different target or with different flags, or put the results
    // where the kernel does not look for them. The kernel wraps the compiler itself.
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
    // What Cargo tells the launcher about the launcher's own package.
    "CARGO_PKG_*",
    "CARGO_MANIFEST_*",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "OUT_DIR",
    // These would give all kernels one folder, and run the user's own cells before the first one.
    "EVCXR_*",
    // Git sets these for its hooks; they name a repository other than the clone.
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
];

/// Exceptions to [`LEFT_OUT`]: how to reach the network, and which linker to use.
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

/// A command in the chosen environment. All other variables stay, such as `HOME`, `PATH`, and those
/// for the language, proxies and certificates.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is chosen")]
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if !stays(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn stays(name: &str) -> bool {
    // Windows ignores the case of variable names.
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
    fn variables_that_break_programs_are_removed_and_others_stay() {
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
