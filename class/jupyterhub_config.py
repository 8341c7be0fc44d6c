"""A class on one machine: each student gets a container with a loopback interface of their own.

`class/start` starts it; README.md says how. The settings are the variables below.
"""

import hmac
import os
import re
import sys
from pathlib import Path

from dockerspawner import DockerSpawner
from jupyterhub.auth import Authenticator

# The machine's own address: students reach the class there, and their containers the hub.
ADDRESS = os.environ.get("CLASS_ADDRESS", "")
# The port of the page.
PORT = int(os.environ.get("CLASS_PORT", "8000"))
# The file with a line for each person, the name and the password; `teacher` is the administrator.
PASSWORDS = Path(os.environ.get("CLASS_PASSWORDS", "class/passwords"))
# The image, as `docker build` has tagged it.
IMAGE = os.environ.get("CLASS_IMAGE", "udp-hands-on")
# How much memory and how many processors a student has; measured/class.md has what a lesson needs.
MEMORY = os.environ.get("CLASS_MEMORY", "1536M")
PROCESSORS = float(os.environ.get("CLASS_PROCESSORS", "2"))
# After how many seconds without anything done a student's server is stopped.
IDLE = int(os.environ.get("CLASS_IDLE", "3600"))
# Where the hub keeps what outlives it.
STATE = Path(os.environ.get("CLASS_STATE", "class/state")).resolve()

FEWEST_LETTERS = 8


def passwords():
    """The people of the class. There is no default password: without the file nothing starts."""
    how = (
        f"Write {PASSWORDS} with a line for each student and one for `teacher`: the name in small "
        f"letters, a blank, and a password of {FEWEST_LETTERS} letters or more. `class/passwords-for "
        "teacher zoe kim > FILE` makes one."
    )
    if not PASSWORDS.exists():
        sys.exit(f"There are no passwords: {PASSWORDS} is not there. {how}")
    if PASSWORDS.stat().st_mode & 0o077:
        sys.exit(f"Others may read {PASSWORDS}: run `chmod 600 {PASSWORDS}` first.")
    people = {}
    for number, line in enumerate(PASSWORDS.read_text().splitlines(), start=1):
        name, _, password = line.partition(" ")
        if not re.fullmatch("[a-z][a-z0-9-]{0,30}", name) or name in people:
            sys.exit(f"{PASSWORDS}, line {number}: no new name of small letters and digits. {how}")
        if len(password) < FEWEST_LETTERS:
            sys.exit(f"{PASSWORDS}, line {number}: the password of {name} is too short. {how}")
        people[name] = password
    if "teacher" not in people:
        sys.exit(f"{PASSWORDS} has no teacher. {how}")
    return people


class Passwords(Authenticator):
    people = passwords()

    async def authenticate(self, handler, data):
        expected = self.people.get(data["username"])
        given = data["password"]
        if expected and hmac.compare_digest(expected.encode(), given.encode()):
            return data["username"]


class NetworkOfOne(DockerSpawner):
    """Each container is alone in a network, so that no student's packets reach another's."""

    async def start(self):
        self.network_name = f"udp-{self.user.name}"
        if not await self.docker("networks", names=[f"^{self.network_name}$"]):
            # podman keeps networks apart when it is asked to; docker does so always.
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

# The proxy runs beside the hub, see `class/start`: students go on while the hub is restarted.
c.JupyterHub.bind_url = f"http://{ADDRESS}:{PORT}"
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.auth_token = os.environ["CONFIGPROXY_AUTH_TOKEN"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ.get('CLASS_PROXY_PORT', '8001')}"
c.JupyterHub.cleanup_servers = False
# Containers reach the hub at the machine's own address; it answers who has a token.
c.JupyterHub.hub_ip = ADDRESS
c.JupyterHub.hub_connect_ip = ADDRESS
c.JupyterHub.hub_port = int(os.environ.get("CLASS_HUB_PORT", "8081"))

c.JupyterHub.authenticator_class = Passwords
c.Authenticator.allowed_users = set(Passwords.people)
c.Authenticator.admin_users = {"teacher"}
# A whole class starts in the same minute, and nobody is sent away.
c.JupyterHub.concurrent_spawn_limit = 0

c.JupyterHub.spawner_class = NetworkOfOne
c.DockerSpawner.image = IMAGE
c.DockerSpawner.pull_policy = "never"
c.DockerSpawner.cmd = ["jupyterhub-singleuser"]
c.DockerSpawner.default_url = "/lab/workspaces/udp"
# Each student's notebooks outlive the container.
c.DockerSpawner.volumes = {"udp-{username}": "/home/jovyan"}
c.DockerSpawner.remove = True
# Other hubs of this machine call theirs jupyter-NAME; by the label `class/start stop` finds its own.
c.DockerSpawner.name_template = "udp-{username}"
c.DockerSpawner.extra_create_kwargs = {"labels": {"udp-class": str(STATE)}}
c.DockerSpawner.use_internal_ip = False  # published on 127.0.0.1, for the proxy
c.DockerSpawner.mem_limit = MEMORY
c.DockerSpawner.cpu_limit = PROCESSORS
c.DockerSpawner.extra_host_config = {
    "pids_limit": 512,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
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
