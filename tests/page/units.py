"""Where systemd does not run: the units' own ExecStart lines, under their own users, and what they tell the manager."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections import defaultdict
from pathlib import Path

READY_LIMIT_S = 60.0
PLACES = ("etc/systemd/system", "lib/systemd/system")


class Units:
    """The services of a tree, started as their files say. `chroot` and `setpriv` do what systemd would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def options(self, name: str) -> dict[str, list[str]]:
        """Every key of a unit and its drop-ins; an empty value forgets those before it, as in systemd."""
        template, at, rest = name.partition("@")
        file, instance = (f"{template}@.service", rest.removesuffix(".service")) if at else (name, "")
        (path, *_) = [p for place in PLACES if (p := self.root / place / file).is_file()]
        drop_ins = sorted((self.root / PLACES[0] / f"{file}.d").glob("*.conf"))
        found: dict[str, list[str]] = defaultdict(list)
        for line in "\n".join(p.read_text() for p in (path, *drop_ins)).splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                if value:
                    found[key.strip()].append(value.replace("%i", instance).replace("%t", "/run"))
                else:
                    found.pop(key.strip(), None)
        return found

    def start(self, name: str) -> bool:
        """Start a service and wait until it says READY=1; False if its conditions are not met."""
        options = self.options(name)
        if any(not (self.root / c.lstrip("/")).exists() for c in options["ConditionPathExists"]):
            return False
        (user,) = options["User"]
        for kind, below in (("StateDirectory", "var/lib"), ("RuntimeDirectory", "run")):
            for directory in options[kind]:
                self._give(self.root / below / directory, user)
        groups = ",".join([user, *" ".join(options["SupplementaryGroups"]).split()])
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        inside = f"/run/{name}.notify"
        place = self.root / inside.lstrip("/")
        place.unlink(missing_ok=True)
        manager.bind(str(place))
        place.chmod(0o777)
        command = [
            "chroot",
            str(self.root),
            "/usr/bin/env",
            "-i",
            f"NOTIFY_SOCKET={inside}",
            *self._environment(options),
        ]
        command += ["sh", "-c", f'cd {options["WorkingDirectory"][-1]} && exec "$0" "$@"']
        command += ["setpriv", f"--reuid={user}", f"--regid={user}", f"--groups={groups}", "--no-new-privs"]
        command += ["--bounding-set=-all", *options["ExecStart"][-1].split()]
        log = (self.root / f"var/log/{name}.log").open("ab")
        self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        log.close()
        self._ready(name, manager)
        return True

    def stop(self, name: str) -> int:
        """SIGTERM, and the exit status."""
        child = self.running.pop(name)
        child.terminate()
        try:
            return child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def stop_all(self) -> dict[str, int]:
        """All, the last started first; their exit statuses."""
        return {name: self.stop(name) for name in reversed(list(self.running))}

    def log(self, name: str) -> str:
        return (self.root / f"var/log/{name}.log").read_text(errors="replace")

    def _environment(self, options: dict[str, list[str]]) -> list[str]:
        told = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"]
        told += " ".join(options["Environment"]).split()
        for name in options["EnvironmentFile"]:
            path = self.root / name.lstrip("-/")
            if path.exists():
                told += [line for line in path.read_text().split() if not line.startswith("#")]
        return told

    def _give(self, place: Path, user: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        rows = (row.split(":") for row in (self.root / "etc/passwd").read_text().splitlines())
        uid, gid = next((int(row[2]), int(row[3])) for row in rows if row[0] == user)
        os.chown(place, uid, gid)

    def _ready(self, name: str, manager: socket.socket) -> None:
        limit = time.monotonic() + READY_LIMIT_S
        manager.settimeout(0.2)
        while time.monotonic() < limit:
            assert self.running[name].poll() is None, f"{name} ended: {self.log(name)[-2000:]}"
            try:
                if b"READY=1" in manager.recv(4096):
                    return
            except TimeoutError:
                continue
        raise AssertionError(f"{name} is not ready: {self.log(name)[-2000:]}")
