"""Ends the kernels whose connection files are in a folder.

    end_kernels.py FOLDER

A JupyterLab that was killed leaves its kernels running, and their cells keep their ports.
"""

import sys
from pathlib import Path
from queue import Empty

from jupyter_client import BlockingKernelClient

for file in Path(sys.argv[1]).glob("kernel-*.json"):
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    try:
        # A shutdown alone would leave the process that runs a cell; the interrupt ends that process.
        client.control_channel.send(client.session.msg("interrupt_request"))
        client.get_control_msg(timeout=5)
        client.shutdown(reply=True, timeout=5)
    except (Empty, TimeoutError):
        pass  # the kernel has ended already
    client.stop_channels()
