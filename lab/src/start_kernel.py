"""Becomes the Rust kernel for Jupyter, which a second process warms up meanwhile.

    start_kernel.py KERNEL CONNECTION_FILE

Jupyter runs this in place of the kernel. The second process sends the kernel a cell, as any
front-end may, and ends. The cell builds the helper crate, of what is downloaded already, and has a
variable of a std type: both are slow once. A cell that fails changes nothing, so when the helper
crate is broken the reader's own set-up cell shows why. The reader's cells come later: no front-end
sends one before the kernel answers, and by then this cell has long been waiting for it.
"""

import os
import shutil
import sys
import time
from pathlib import Path
from queue import Empty

# Elsewhere the kernel chooses by itself where it keeps compiled crates.
KEEPS_CRATES = sys.platform == "linux"

CELLS = [
    (":cache 500\n" if KEEPS_CRATES else "")
    + ':offline 1\n:dep udp_tutorial = { path = ".." }\n:offline 0\n'
    'let first_variable = std::net::UdpSocket::bind(("127.0.0.1", 0))?;\n'
    "drop(first_variable);",
    ":cache 0",
]

# How many seconds a cell may take: the first compiles for as long on a new machine.
DEADLINE = 120


def main(kernel, connection_file):
    private = private_cache() if KEEPS_CRATES else None
    kernel_process = os.getpid()
    # A child of a child that has ended is not the kernel's to wait for.
    if os.fork() == 0:
        if os.fork() == 0:
            try:
                warm_up(kernel_process, connection_file)
            finally:
                if private:
                    keep_compiled(private)
        os._exit(0)
    os.wait()
    if private:
        os.environ["XDG_CACHE_HOME"] = str(private)
    os.execv(kernel, [kernel, "--control_file", connection_file])


def warm_up(kernel_process, connection_file):
    from jupyter_client import BlockingKernelClient

    client = BlockingKernelClient(connection_file=connection_file)
    client.load_connection_file()
    client.start_channels(iopub=False, stdin=False, hb=False)
    for cell in CELLS:
        client.execute(cell, silent=True, store_history=False)
    deadline = time.monotonic() + DEADLINE
    replies = 0
    while replies < len(CELLS) and time.monotonic() < deadline and is_running(kernel_process):
        try:
            client.get_shell_msg(timeout=0.1)
            replies += 1
        except Empty:
            pass


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True


def private_cache():
    """A copy of the compiled crates, made of links: kernels that share one disturb each other."""
    shared = Path(os.environ["XDG_CACHE_HOME"])
    runs = shared / "run"
    runs.mkdir(exist_ok=True)
    for left in runs.glob("crates-*"):
        if not is_running(int(left.name.removeprefix("crates-"))):
            shutil.rmtree(left, ignore_errors=True)  # that kernel was killed
    (shared / "evcxr").mkdir(exist_ok=True)
    private = runs / f"crates-{os.getpid()}"
    shutil.rmtree(private, ignore_errors=True)

    def copy(source, target):
        # The kernel counts the uses of a crate in the file `hits`; it writes no other one again.
        try:
            (shutil.copy if source.endswith("hits") else os.link)(source, target)
        except OSError:  # a file system without links
            shutil.copy(source, target)

    shutil.copytree(shared / "evcxr", private / "evcxr", copy_function=copy)
    return private


def keep_compiled(private):
    """Moves what was compiled for the first time to the shared crates."""
    shared = private.parent.parent / "evcxr"
    for crate in (private / "evcxr").iterdir():
        if (crate / "stderr").exists() and not (shared / crate.name).exists():
            try:
                crate.rename(shared / crate.name)
            except OSError:
                pass  # another kernel was faster
    shutil.rmtree(private, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
