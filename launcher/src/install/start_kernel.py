"""Becomes the Rust kernel for Jupyter, while a second process warms the kernel up.

    start_kernel.py KERNEL CONNECTION_FILE
    start_kernel.py

Without arguments, it only removes what ended kernels left behind.

Jupyter runs this program in place of the kernel. The kernel gets its own folder with a copy of the seed:
what the set-up compiled for the crate that the notebook imports, so that the kernel does not compile it
again. The second process sends the kernel a cell, as any front-end may, and ends. The cell loads that
crate and declares a variable of a std type: both are slow the first time. A cell that fails changes
nothing, so if the crate is broken, the reader's own set-up cell shows why. The reader's cells come
later: no front-end sends one before the kernel answers, and by then this cell has long been queued.

On few cores, the kernels of JupyterLab warm up one after another, because the second would delay the
first, whose cells run first, and the page that both wait for.

The installation may belong to someone else and serve all accounts of a machine. This program then writes
nothing into it.
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

# The crates that notebooks import, relative to the notebooks' folder. The last one depends on the first.
CRATES = {"udp_tutorial": "..", "udp_labs": "../labs"}

CELL = (
    ':offline 1\n:dep %s = { path = "%s" }\n:offline 0\n'
    'let first_variable = std::net::UdpSocket::bind(("127.0.0.1", 0))?;\n'
    "drop(first_variable);"
)

# Seconds that the cell may take: without a seed, it compiles everything.
DEADLINE = 300

# Cores that suffice to warm up two kernels while a browser opens their page.
ENOUGH_CORES = 4

# Seconds that a kernel waits for its turn, at most.
TURN = 15

# The prefixes of a kernel's folder and of one that is still being made.
KERNEL, NEW = "kernel-", "new-"


def main(kernel, connection_file):
    turn = wait_for_turn()  # ends with the process that warms the kernel up
    crate = crate_of_notebook()
    named = os.environ.get("EVCXR_TMPDIR")
    folder = named if named and is_usable(named) else own_folder(SEEDS / crate)
    kernel_process = os.getpid()
    # Fork twice, so that the kernel never has to wait for the process that warms it up.
    if os.fork() == 0:
        if os.fork() == 0:
            warm_up(kernel_process, connection_file, Path(folder), crate)
        os._exit(0)
    os.wait()
    os.close(turn)
    os.environ["EVCXR_TMPDIR"] = str(folder)
    os.execv(kernel, [kernel, "--control_file", connection_file])


def crate_of_notebook():
    """The crate that the notebook imports, or the article's if Jupyter names no notebook."""
    try:
        text = Path(os.environ["JPY_SESSION_NAME"]).read_text(encoding="utf-8", errors="replace")
    except (KeyError, OSError):
        text = ""
    return next((crate for crate in reversed(CRATES) if f":dep {crate} " in text), next(iter(CRATES)))


def own_folder(seed):
    """Creates a folder with a copy of the seed, locked as long as the kernel runs."""
    new = Path(tempfile.mkdtemp(prefix=NEW, dir=folders()))
    alive = os.open(new / "alive", os.O_CREAT | os.O_RDWR)
    fcntl.flock(alive, fcntl.LOCK_EX)
    os.set_inheritable(alive, True)  # by the kernel and by the process that runs its cells
    if seed.exists():
        try:
            shutil.copytree(seed, new, dirs_exist_ok=True)
            if seed.stat().st_uid != os.getuid():
                make_own(new)
        except OSError:  # a set-up is replacing the seed: this kernel compiles the crate itself
            shutil.rmtree(new / "target", ignore_errors=True)
    folder = new.with_name(new.name.replace(NEW, KERNEL))
    new.rename(folder)
    return folder


def wait_for_turn():
    """Waits until no other kernel of this user warms up. Returns the lock, which its last holder releases."""
    turn = os.open(folders() / "turn", os.O_CREAT | os.O_RDWR, 0o600)
    takes_turns = "JPY_PARENT_PID" in os.environ and cores() < ENOUGH_CORES  # JupyterLab sets that
    deadline = time.monotonic() + (TURN if takes_turns else 0)
    while True:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return turn
        except OSError:
            if time.monotonic() > deadline:
                return turn
            time.sleep(0.02)


def cores():
    """The number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


def make_own(folder):
    """Makes a copy of someone else's seed usable: writable, and with the crates' sources in the same
    place that the seed was compiled from."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o600)
    home = (folder / "CARGO_HOME").read_text()
    if os.access(home, os.R_OK | os.X_OK):
        os.environ["CARGO_HOME"] = home


def folders():
    """The parent of this user's kernel folders, outside the user's home if possible: from a folder in
    the home, evcxr_jupyter 0.22.0 finds the standard library only if Cargo started it."""
    places = [place for place in [tempfile.gettempdir(), "/var/tmp"] if is_usable(place)]
    folders = Path((places or [own_place()])[0], f"udp-tutorial-{os.getuid()}")
    if is_odd(folders):
        sys.exit(
            f"the kernel cannot work in {folders}: set TMPDIR to a folder without space and % in its path"
        )
    folders.mkdir(mode=0o700, exist_ok=True)
    if folders.is_symlink() or folders.stat().st_uid != os.getuid():
        sys.exit(f"{folders} belongs to someone else: set TMPDIR to a folder that you own")
    return folders


def is_usable(place):
    """Whether the kernel can load compiled cells from this folder."""
    if is_odd(place):
        return False
    try:
        return not os.statvfs(place).f_flag & getattr(os, "ST_NOEXEC", 0)
    except OSError:
        return False  # the folder does not exist


def is_odd(place):
    """Whether a kernel in this folder ends at its start: evcxr_jupyter 0.22.0 cuts its path at a space, and
    Rust's linker finds nothing in a folder whose path has a %."""
    return any(character in str(place) for character in " %")


def own_place():
    """A folder that this user may write to: the installation may belong to someone else."""
    place = INSTALLED / "run"
    if not os.access(INSTALLED, os.W_OK):
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        place = Path(caches, "udp-tutorial-kernels")
    place.mkdir(parents=True, exist_ok=True)
    return place


def remove_left():
    """Removes the folders of ended kernels, because a kernel cannot remove its own."""
    for folder in folders().glob(KERNEL + "*"):
        try:
            with open(folder / "alive") as alive:
                fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # its kernel is running, or another kernel is removing it


def warm_up(kernel_process, connection_file, folder, crate):
    versions = SEEDS / crate / "Cargo.lock"
    runs = lambda: is_running(kernel_process)
    run_cell(connection_file, runs, crate, versions if versions.exists() else None, folder)


def run_cell(connection_file, runs, crate, versions, folder):
    """Sends the cell and waits for the reply; None if none comes in time or `runs()` is false."""
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
        client.stop_channels()  # or exit would wait for messages that an ended kernel never took


def put_versions_back(versions, folder):
    """Restores the locked versions: Cargo drops those of crates that no cell has asked for yet."""
    own = folder / "Cargo.lock"
    try:
        if own.read_bytes() != versions.read_bytes():
            new = folder / "Cargo.lock.new"
            shutil.copyfile(versions, new)
            new.replace(own)
    except OSError:
        pass  # the kernel has not written it yet


def is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs, under another user
    return True


if __name__ == "__main__":
    remove_left()
    if sys.argv[1:]:
        main(*sys.argv[1:])
