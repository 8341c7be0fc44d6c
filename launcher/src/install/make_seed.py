"""Has a kernel compile what the notebooks' crates need, and keeps the result for later kernels.

    make_seed.py KERNEL NOTEBOOKS FOLDER

FOLDER has a folder for each crate, with a Cargo.lock that gives the versions to use. Afterwards each of
these folders holds what a kernel leaves in its own folder, less the files that concern only that kernel;
see start_kernel.py. The kernel works where other kernels do, because with a space in its folder's path,
evcxr_jupyter 0.22.0 loads no cell.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyter_client.connect import write_connection_file

import start_kernel


def main(kernel, notebooks, folder):
    with tempfile.TemporaryDirectory(dir=start_kernel.folders()) as temporary:
        work = Path(temporary, "kernel")
        shutil.copytree(Path(folder, next(iter(start_kernel.CRATES))), work)
        connection_file, _ = write_connection_file(os.path.join(temporary, "connection.json"))
        process = subprocess.Popen(
            [kernel, "--control_file", connection_file],
            cwd=notebooks,
            env=os.environ | {"EVCXR_TMPDIR": str(work)},
            start_new_session=True,
        )
        try:
            for crate in start_kernel.CRATES:
                compile_into(Path(folder, crate), crate, work, connection_file, process)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # with the process that runs its cells
            except ProcessLookupError:
                pass  # both have ended already
            process.wait()


def compile_into(seed, crate, work, connection_file, process):
    """Has the kernel load a crate, and copies everything it has compiled so far."""
    runs = lambda: process.poll() is None
    reply = start_kernel.run_cell(connection_file, runs, crate, seed / "Cargo.lock", work)
    if not reply or reply["content"]["status"] != "ok":
        sys.exit("the cell that warms up a kernel failed")
    # Leave out the cells, the compiler's incremental data, and the manifest and versions of this kernel,
    # which also name the crates that it loaded before.
    own = shutil.ignore_patterns("incremental", "*ctx*", "libcode_*", "Cargo.toml", "Cargo.lock")
    shutil.copytree(work, seed, dirs_exist_ok=True, ignore=own)


if __name__ == "__main__":
    main(*sys.argv[1:])
