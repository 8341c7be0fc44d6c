"""Becomes the Rust kernel for Jupyter, which a second process warms up meanwhile.

    start_kernel.py KERNEL CONNECTION_FILE
    start_kernel.py

Without arguments it removes what ended kernels have left.

Jupyter runs this in place of the kernel. The kernel gets a folder of its own, with a copy of what the
set-up has compiled (the seed) for the crate that its notebook imports, so that it compiles none again. The second process sends it a
cell, as any front-end may, and ends. The cell loads that crate and has a variable of a std type:
both are slow once. A cell that fails changes nothing, so when the crate is broken the reader's
own set-up cell shows why. The reader's cells come later: no front-end sends one before the kernel
answers, and by then this cell has long been waiting for it.

The installation may be somebody else's, for all accounts of a machine. Nothing is written into it.
"""

import fcntl
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

INSTALLED = Path(__file__).parent
SEEDS = INSTALLED / "seed"

# The crates that notebooks import, from their folder; the last one imports the first.
CRATES = {"udp_tutorial": "..", "udp_labs": "../labs"}

CELL = (
    ':offline 1\n:dep %s = { path = "%s" }\n:offline 0\n'
    'let first_variable = std::net::UdpSocket::bind(("127.0.0.1", 0))?;\n'
    "drop(first_variable);"
)

# How many seconds the cell may take: without a seed it compiles everything.
DEADLINE = 300

# A kernel's folder, and one that is being made.
KERNEL, NEW = "kernel-", "new-"


def main(kernel, connection_file):
    crate = crate_of_notebook()
    folder = os.environ.get("EVCXR_TMPDIR") or own_folder(SEEDS / crate)
    kernel_process = os.getpid()
    # A child of a child that has ended is not the kernel's to wait for.
    if os.fork() == 0:
        if os.fork() == 0:
            warm_up(kernel_process, connection_file, Path(folder), crate)
        os._exit(0)
    os.wait()
    os.environ["EVCXR_TMPDIR"] = str(folder)
    os.execv(kernel, [kernel, "--control_file", connection_file])


def crate_of_notebook():
    """The crate that the notebook imports, which Jupyter names; the article's, where it names none."""
    try:
        text = Path(os.environ["JPY_SESSION_NAME"]).read_text(encoding="utf-8", errors="replace")
    except (KeyError, OSError):
        text = ""
    return next((crate for crate in reversed(CRATES) if f":dep {crate} " in text), next(iter(CRATES)))


def own_folder(seed):
    """A folder with a copy of the seed, locked as long as the kernel runs."""
    new = Path(tempfile.mkdtemp(prefix=NEW, dir=folders()))
    alive = os.open(new / "alive", os.O_CREAT | os.O_RDWR)
    fcntl.flock(alive, fcntl.LOCK_EX)
    os.set_inheritable(alive, True)  # to the kernel, and to the process that runs its cells
    if seed.exists():
        try:
            shutil.copytree(seed, new, dirs_exist_ok=True)
            if seed.stat().st_uid != os.getuid():
                make_own(new)
        except OSError:  # a set-up is making it anew: this kernel compiles by itself
            shutil.rmtree(new / "target", ignore_errors=True)
    folder = new.with_name(new.name.replace(NEW, KERNEL))
    new.rename(folder)
    return folder


def make_own(folder):
    """Makes the copy of somebody else's seed this user's: writable, and with the crates' sources there
    where the seed was compiled from them."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o600)
    home = (folder / "CARGO_HOME").read_text()
    if os.access(home, os.R_OK | os.X_OK):
        os.environ["CARGO_HOME"] = home


def folders():
    """Where this user's kernels have their folders. It is no folder in the user's home if that can
    be: the kernel of 0.22.0 finds the standard library from there only where Cargo started it."""
    places = [place for place in [tempfile.gettempdir(), "/var/tmp"] if is_executable(place)]
    folders = Path((places or [own_place()])[0], f"udp-tutorial-{os.getuid()}")
    folders.mkdir(mode=0o700, exist_ok=True)
    if folders.is_symlink() or folders.stat().st_uid != os.getuid():
        sys.exit(f"{folders} is somebody else's: set TMPDIR to a folder of your own")
    return folders


def is_executable(place):
    """Whether what a cell is compiled to can be loaded from there."""
    try:
        return not os.statvfs(place).f_flag & getattr(os, "ST_NOEXEC", 0)
    except OSError:
        return False  # there is none


def own_place():
    """A folder that this user may write to: the installation may belong to somebody else."""
    place = INSTALLED / "run"
    if not os.access(INSTALLED, os.W_OK):
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        place = Path(caches, "udp-tutorial-kernels")
    place.mkdir(parents=True, exist_ok=True)
    return place


def remove_left():
    """Removes the folders of kernels that have ended: a kernel cannot do it itself."""
    for folder in folders().glob(KERNEL + "*"):
        try:
            with open(folder / "alive") as alive:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # it runs, or another kernel is removing it


def warm_up(kernel_process, connection_file, folder, crate):
    versions = SEEDS / crate / "Cargo.lock"
    runs = lambda: is_running(kernel_process)
    run_cell(connection_file, runs, crate, versions if versions.exists() else None, folder)


def run_cell(connection_file, runs, crate, versions, folder):
    """Sends the cell and waits for the reply; None if none comes while `runs()`."""
    from jupyter_client import BlockingKernelClient

    client = BlockingKernelClient(connection_file=connection_file)
    client.load_connection_file()
    client.start_channels(iopub=False, stdin=False, hb=False)
    try:
        if versions:
            put_versions_back(versions, folder)
        client.execute(CELL % (crate, CRATES[crate]), silent=True, store_history=False)
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline and runs():
            if versions:
                put_versions_back(versions, folder)
            try:
                return client.get_shell_msg(timeout=0.05)
            except Empty:
                pass
    finally:
        client.stop_channels()  # else what was not sent, to a kernel that has ended, is waited for


def put_versions_back(versions, folder):
    """Cargo forgets the versions of crates that no cell has asked for yet."""
    own = folder / "Cargo.lock"
    try:
        if own.read_bytes() != versions.read_bytes():
            new = folder / "Cargo.lock.new"
            shutil.copyfile(versions, new)
            new.replace(own)
    except OSError:
        pass  # the kernel has not come so far


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True


if __name__ == "__main__":
    remove_left()
    if sys.argv[1:]:
        main(*sys.argv[1:])
