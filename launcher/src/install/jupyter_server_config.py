"""How `cargo lab`'s JupyterLab connects to a kernel, which notebooks it trusts, and when it ends.

When a page connects, Jupyter normally asks the kernel for its description twice a second, and hangs up
at the first answer. A kernel that is still starting, for example after a restart, then has several
requests waiting, and evcxr_jupyter 0.22.0 exits if it cannot send a reply on its control channel: in 2
of 25 restarts, the page said that the kernel had died. So this JupyterLab asks once and waits.

If UDP_TUTORIAL_TRUST is set, JupyterLab trusts the tutorial's notebooks. It would otherwise show their
figures only as text.

If UDP_TUTORIAL_LAUNCHED is set, JupyterLab and its kernels end when the launcher has ended, killed or
not: the launcher holds the other end of JupyterLab's standard input.
"""

import asyncio
import os
import signal
import sys
import threading

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11; JupyterLab installs the same module as tomli
    import tomli as tomllib

import nbformat
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from nbformat.sign import NotebookNotary

# Seconds that a kernel has to answer, its wait for another kernel included. After that Jupyter asks in its
# usual way.
DEADLINE = 30


class PatientConnection(ZMQChannelsWebsocketConnection):
    async def prepare(self):
        await super().prepare()
        answered = asyncio.Event()
        channel = self.kernel_manager.connect_control()
        channel.on_recv(lambda _: answered.set())
        self.session.send(channel, "kernel_info_request")
        try:
            await asyncio.wait_for(answered.wait(), DEADLINE)
        except asyncio.TimeoutError:
            self.log.warning("The kernel %s has not answered yet", self.kernel_id)
        finally:
            channel.close()


def end_with_the_launcher():
    # sys.stdin has a lock that the interpreter would wait for at its end; os.read has none. The launcher
    # never sends anything.
    while os.read(0, 1):
        pass
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGTERM)
    else:
        os.kill(os.getpid(), signal.SIGTERM)


def trust_notebooks():
    notary = NotebookNotary()
    try:
        with open("notebooks/tutorial.toml", "rb") as file:
            manifest = tomllib.load(file)
    except OSError as error:  # JupyterLab opens anyway
        print(error, file=sys.stderr)
        return
    paths = [f"notebooks/{part[side]}" for part in manifest["part"] for side in ("server", "client")]
    for language in manifest.get("language", []):
        for part in (part for part in manifest["part"] if part["name"] in language["parts"]):
            files = (part["server"], part["client"])
            ends = f".{language['code']}.ipynb"
            paths += [f"notebooks/{file.removesuffix('.ipynb')}{ends}" for file in files]
    for path in paths:
        try:
            notary.sign(nbformat.read(path, as_version=4))
        except Exception as error:  # noqa: BLE001 - whatever is wrong, sign the others
            # The file is no longer a notebook; the page says so when it opens the file.
            print(path, error, file=sys.stderr)


if os.environ.pop("UDP_TUTORIAL_TRUST", None):
    trust_notebooks()
if os.environ.pop("UDP_TUTORIAL_LAUNCHED", None):
    threading.Thread(target=end_with_the_launcher, daemon=True).start()

c = get_config()  # noqa: F821, Jupyter defines it
c.ServerApp.kernel_websocket_connection_class = PatientConnection
