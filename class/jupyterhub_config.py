"""A class on one machine: each student gets their own container, with its own loopback interface.

`class/start` starts it; README.md says how. The environment variables below configure it.
"""

import hmac
import os
import re
import sys
from pathlib import Path

from dockerspawner import DockerSpawner
from jupyterhub.auth import Authenticator

# This machine's own address. Students reach the class at it, and their containers reach the hub.
ADDRESS = os.environ.get("CLASS_ADDRESS", "")
# The port of the page.
PORT = int(os.environ.get("CLASS_PORT", "8000"))
# A file with one line per person, the name and the password; `teacher` is the administrator.
PASSWORDS = Path(os.environ.get("CLASS_PASSWORDS", "class/passwords"))
# The tag that you gave `docker build`.
IMAGE = os.environ.get("CLASS_IMAGE", "udp-hands-on")
# Memory and processors for each student; measured/class.md says what a lesson needs.
MEMORY = os.environ.get("CLASS_MEMORY", "1536M")
PROCESSORS = float(os.environ.get("CLASS_PROCESSORS", "2"))
# A student's server is stopped after this many idle seconds.
IDLE = int(os.environ.get("CLASS_IDLE", "3600"))
# Where the hub keeps its state between runs.
STATE = Path(os.environ.get("CLASS_STATE", "class/state")).resolve()

FEWEST_LETTERS = 8


def passwords():
    """Reads the class's names and passwords. There is no default: without the file nothing starts."""
    how = (
        f"Write {PASSWORDS} with one line for each student and one for `teacher`: a lower-case name, "
        f"a space, and a password of at least {FEWEST_LETTERS} characters. `class/passwords-for "
        "teacher zoe kim > FILE` generates one."
    )
    if not PASSWORDS.exists():
        sys.exit(f"There are no passwords: {PASSWORDS} does not exist. {how}")
    if PASSWORDS.stat().st_mode & 0o077:
        sys.exit(f"Other users can read {PASSWORDS}: run `chmod 600 {PASSWORDS}` first.")
    people = {}
    for number, line in enumerate(PASSWORDS.read_text().splitlines(), start=1):
        name, _, password = line.partition(" ")
        if not re.fullmatch("[a-z][a-z0-9-]{0,30}", name) or name in people:
            sys.exit(f"{PASSWORDS}, line {number}: the name is a duplicate, or not lower case. {how}")
        if len(password) < FEWEST_LETTERS:
            sys.exit(f"{PASSWORDS}, line {number}: the password of {name} is too short. {how}")
        people[name] = password
    if "teacher" not in people:
        sys.exit(f"{PASSWORDS} has no line for `teacher`. {how}")
    return people


class Passwords(Authenticator):
    people = passwords()

    async def authenticate(self, handler, data):
        expected = self.people.get(data["username"])
        given = data["password"]
        if expected and hmac.compare_digest(expected.encode(), given.encode()):
            return data["username"]


class NetworkOfOne(DockerSpawner):
    """Each container has a network to itself, so that no student's packets reach another's."""

    async def start(self):
        self.network_name = f"udp-{self.user.name}"
        if not await self.docker("networks", names=[f"^{self.network_name}$"]):
            # podman isolates networks only on request; docker always does.
            options = {"isolate": "true"} if await self.is_podman() else {}
            await self.docker("create_network", self.network_name, options=options)
        return await super().start()

    async def is_podman(self):
        version = await self.docker("version")
        return any("podman" in part["Name"].lower() for part in version.get("Components", []))


if not re.fullmatch(r"\d+(\.\d+){3}", ADDRESS) or ADDRESS.startswith("127."):
    sys.exit("Set CLASS_ADDRESS to this machine's own address, for example 192.168.1.10.")

c = get_config()  # noqa: F821, JupyterHub defines it

STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
c.JupyterHub.db_url = f"sqlite:///{STATE}/hub.sqlite"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")

# `class/start` runs the proxy as a separate process, so that students carry on while the hub restarts.
c.JupyterHub.bind_url = f"http://{ADDRESS}:{PORT}"
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.auth_token = os.environ["CONFIGPROXY_AUTH_TOKEN"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ.get('CLASS_PROXY_PORT', '8001')}"
c.JupyterHub.cleanup_servers = False
# Containers reach the hub at the machine's own address; the hub answers only requests with a token.
c.JupyterHub.hub_ip = ADDRESS
c.JupyterHub.hub_connect_ip = ADDRESS
c.JupyterHub.hub_port = int(os.environ.get("CLASS_HUB_PORT", "8081"))

c.JupyterHub.authenticator_class = Passwords
c.Authenticator.allowed_users = set(Passwords.people)
c.Authenticator.admin_users = {"teacher"}
# A whole class starts in the same minute, and the hub must not turn anyone away.
c.JupyterHub.concurrent_spawn_limit = 0

c.JupyterHub.spawner_class = NetworkOfOne
c.DockerSpawner.image = IMAGE
c.DockerSpawner.pull_policy = "never"
c.DockerSpawner.cmd = ["jupyterhub-singleuser"]
c.DockerSpawner.default_url = "/lab/workspaces/udp"
# Each student's notebooks outlive the container.
c.DockerSpawner.volumes = {"udp-{username}": "/home/jovyan"}
c.DockerSpawner.remove = True
# Other hubs on this machine name theirs jupyter-NAME. `class/start stop` finds its own by the label.
c.DockerSpawner.name_template = "udp-{username}"
c.DockerSpawner.extra_create_kwargs = {"labels": {"udp-class": str(STATE)}}
c.DockerSpawner.use_internal_ip = False  # published on 127.0.0.1, for the proxy
c.DockerSpawner.mem_limit = MEMORY
c.DockerSpawner.cpu_limit = PROCESSORS
c.DockerSpawner.extra_host_config = {
    "pids_limit": 512,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    # The system may give any free port to a connection between JupyterLab and a kernel. A lab that
    # binds the same port for TCP would then fail.
    "sysctls": {"net.ipv4.ip_local_reserved_ports": "49152-49153"},
}
c.DockerSpawner.http_timeout = c.DockerSpawner.start_timeout = 120
c.Spawner.poll_interval = 10

c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
