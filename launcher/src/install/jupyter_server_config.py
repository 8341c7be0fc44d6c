"""How the JupyterLab of `cargo lab` connects to a kernel, what it trusts, and when it ends.

It waits until the kernel answers. For a page that connects, Jupyter asks the kernel for its
description twice a second, and hangs up at the first answer. A kernel that is still starting, as
after a restart, has several questions waiting then, and evcxr_jupyter 0.22.0 ends when it cannot
send an answer on its control channel: in 2 restarts of 25 the page said that the kernel had died.
So it is asked once, and waited for.

Where it is asked to, it trusts the tutorial's notebooks, whose figures it would show in words alone otherwise.

Where a launcher has started it, it ends, with its kernels, when that launcher has ended in any way, killed or
not: the launcher holds the other end of its input.
"""

import asyncio
import os
import signal
import sys
import threading

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11; JupyterLab brings the same under its other name
    import tomli as tomllib

import nbformat
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from nbformat.sign import NotebookNotary

# How many seconds a kernel has to answer. After that Jupyter asks as it always does.
DEADLINE = 10


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
    # The lowest layer, whose lock nobody waits for at the interpreter's end; nothing is ever sent.
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
            parts = tomllib.load(file)["part"]
    except OSError as error:  # JupyterLab opens all the same
        print(error, file=sys.stderr)
        return
    for path in [f"notebooks/{part[side]}" for part in parts for side in ("server", "client")]:
        try:
            notary.sign(nbformat.read(path, as_version=4))
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the others are signed
            # It is no notebook any more, which the page says when it opens it.
            print(path, error, file=sys.stderr)


if os.environ.pop("UDP_TUTORIAL_TRUST", None):
    trust_notebooks()
if os.environ.pop("UDP_TUTORIAL_LAUNCHED", None):
    threading.Thread(target=end_with_the_launcher, daemon=True).start()

c = get_config()  # noqa: F821, Jupyter defines it
c.ServerApp.kernel_websocket_connection_class = PatientConnection
