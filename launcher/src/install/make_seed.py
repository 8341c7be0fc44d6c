"""Lets a kernel compile what the notebooks' crates need, and keeps that for the next ones.

    make_seed.py KERNEL NOTEBOOKS FOLDER

FOLDER has a folder for each crate, which holds the Cargo.lock with the versions to take. It is as a kernel
leaves its folder afterwards, less what belongs to that kernel alone, see start_kernel.py. The kernel works
where others do: with a blank in the path of its folder the kernel of 0.22.0 loads no cell.
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
                pass  # both have ended
            process.wait()


def compile_into(seed, crate, work, connection_file, process):
    """Lets the kernel load a crate, and copies what it has compiled up to now."""
    runs = lambda: process.poll() is None
    reply = start_kernel.run_cell(connection_file, runs, crate, seed / "Cargo.lock", work)
    if not reply or reply["content"]["status"] != "ok":
        sys.exit("the cell that warms a kernel up fails")
    # Without the cells, what the compiler would go on from, and the manifest and versions of this kernel, which
    # has loaded the crates before as well.
    own = shutil.ignore_patterns("incremental", "*ctx*", "libcode_*", "Cargo.toml", "Cargo.lock")
    shutil.copytree(work, seed, dirs_exist_ok=True, ignore=own)


if __name__ == "__main__":
    main(*sys.argv[1:])
