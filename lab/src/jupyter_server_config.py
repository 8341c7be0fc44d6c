"""How the JupyterLab of `cargo lab` connects to a kernel: it waits until the kernel answers.

For a page that connects, Jupyter asks the kernel for its description twice a second, and hangs up
at the first answer. A kernel that is still starting, as after a restart, has several questions
waiting then, and evcxr_jupyter 0.22.0 ends when it cannot send an answer on its control channel:
in 2 restarts of 25 the page said that the kernel had died. So it is asked once, and waited for.
"""

import asyncio

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

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


c = get_config()  # noqa: F821, Jupyter defines it
c.ServerApp.kernel_websocket_connection_class = PatientConnection
