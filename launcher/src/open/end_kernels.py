"""Ends the kernels whose connection files are in a folder.

    end_kernels.py FOLDER

A JupyterLab that was killed leaves its kernels running, and their cells keep their ports.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty

from jupyter_client import BlockingKernelClient

# Seconds for each reply. A kernel that is still starting, or waits for its turn, replies once it runs.
DEADLINE = 25


def end(file):
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    try:
        # A shutdown alone would leave the process that runs a cell; the interrupt ends that process.
        client.control_channel.send(client.session.msg("interrupt_request"))
        client.get_control_msg(timeout=DEADLINE)
        client.shutdown(reply=True, timeout=DEADLINE)
    except (Empty, TimeoutError):
        pass  # the kernel has ended already
    client.stop_channels()


with ThreadPoolExecutor() as threads:
    list(threads.map(end, Path(sys.argv[1]).glob("kernel-*.json")))
