"""Starting and ending the processes of a hall: broker, hub and stations, each with a log file, ended by its own id."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from cli.site import Site
from hall.errors import HallError

START_LIMIT_S = 10.0
END_LIMIT_S = 5.0


class NotStarted(HallError, RuntimeError):
    """A process that did not come up: which, and what it said."""


def free_port() -> int:
    """A free loopback port below the range from which the kernel takes ports for outgoing connections: a station that
    tries to reach a broker that is away could else be given the broker's own port, and connect to itself."""
    for port in random.SystemRandom().sample(range(15_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotStarted("no free port among a hundred between 15000 and 32000")


def mosquitto() -> str:
    """The broker's program: in the environment, on PATH or in /usr/sbin. Raises NotStarted."""
    places = [str(Path(sys.prefix) / "bin"), os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]
    found = shutil.which("mosquitto", path=os.pathsep.join(places))
    if found is None:
        raise NotStarted("there is no mosquitto on this machine: run ./setup.sh or apt-get install mosquitto")
    return found


class Process:
    """A child process and its log file."""

    def __init__(self, name: str, command: list[str], log: Path, cwd: Path, env: dict[str, str] | None = None) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._cwd = cwd
        self._env = {**os.environ, **(env or {})}
        self._child: subprocess.Popen[bytes] | None = None

    def becomes(self, command: list[str], cwd: Path) -> None:
        """What it is started as from its next start on."""
        self._command, self._cwd = command, cwd

    def start(self) -> None:
        """Start it; its output goes to the log file."""
        with self.log.open("ab") as out:
            self._child = subprocess.Popen(
                self._command,
                cwd=self._cwd,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id. Raises NotStarted."""
        if self._child is None:
            raise NotStarted(f"{self.name} was not started")
        return self._child.pid

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def kill(self) -> None:
        """kill -9, and wait for its end."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def end(self) -> int | None:
        """Ask it to end, and wait; its exit status. After a limit it is killed."""
        if self._child is None:
            return None
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(END_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
        return self._child.wait()

    def last_words(self, lines: int = 8) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def broker(site: Site, place: Path | None = None) -> Process:
    """The site's broker, not yet started; `place`: where its files are, if elsewhere."""
    place = place or site.broker
    return Process("broker", broker_command(place), site.root / "broker.log", place)


def broker_command(place: Path) -> list[str]:
    """How a broker is started whose files lie in `place`, which must be its working directory."""
    return [mosquitto(), "-c", str(place / "broker.conf")]


def hub(site: Site, file: Path | None = None) -> Process:
    """The site's hub, not yet started; `file`: its hub.toml, if elsewhere."""
    return Process("hub", hub_command(file or site.root / "hub.toml"), site.root / "hub.log", site.root)


def hub_command(file: Path) -> list[str]:
    """How a hub is started."""
    return [sys.executable, "-m", "hub", str(file)]


def role(site: Site, module: str, station: Path, env: dict[str, str] | None = None) -> Process:
    """A station of one role, not yet started."""
    name = station.stem
    return Process(name, [sys.executable, "-m", module, str(station)], site.root / f"{name}.log", site.root, env)


def station(site: Site, file: Path, env: dict[str, str] | None = None) -> Process:
    """All roles of a station file in one process, not yet started."""
    command = [sys.executable, "-m", "cli", "station", str(file)]
    return Process(file.stem, command, site.root / f"{file.stem}.log", site.root, env)


def await_listening(process: Process, port: int) -> None:
    """Wait until a port takes connections. Raises NotStarted with the process' last words."""
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit:
        if not process.is_running:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise NotStarted(f"{process.name} does not listen on port {port}:\n{process.last_words()}")
