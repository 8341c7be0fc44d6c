"""Lets a kernel compile what the notebooks' crate needs, and keeps that for the next ones.

    make_seed.py KERNEL NOTEBOOKS FOLDER

FOLDER holds the Cargo.lock with the versions to take. It is as a kernel leaves its folder afterwards,
less what belongs to that kernel alone, see start_kernel.py. The kernel works where others do: with a
blank in the path of its folder the kernel of 0.22.0 loads no cell.
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
        versions = Path(temporary, "Cargo.lock")
        shutil.copyfile(Path(folder, "Cargo.lock"), versions)
        work = Path(temporary, "kernel")
        shutil.copytree(folder, work)
        connection_file, _ = write_connection_file(os.path.join(temporary, "connection.json"))
        process = subprocess.Popen(
            [kernel, "--control_file", connection_file],
            cwd=notebooks,
            env=os.environ | {"EVCXR_TMPDIR": str(work)},
            start_new_session=True,
        )
        try:
            runs = lambda: process.poll() is None
            reply = start_kernel.run_cell(connection_file, runs, versions, work)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # with the process that runs its cells
            except ProcessLookupError:
                pass  # both have ended
            process.wait()
        if not reply or reply["content"]["status"] != "ok":
            sys.exit("the cell that warms a kernel up fails")
        shutil.copyfile(versions, work / "Cargo.lock")
        # The cells, and what the compiler would go on from.
        patterns = ["target/**/incremental", "target/**/*ctx*", "target/**/libcode_*"]
        for own in [path for pattern in patterns for path in work.glob(pattern)]:
            shutil.rmtree(own) if own.is_dir() else own.unlink(missing_ok=True)
        shutil.copytree(work, folder, dirs_exist_ok=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
