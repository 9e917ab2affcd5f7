"""A site: the directory from which a hall runs. Passwords, ACL, the broker's own lines, and a file for every daemon.

Making it again keeps the passwords that exist.
"""

from __future__ import annotations

import base64
import getpass
import hashlib
import os
import secrets
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hall.model import Hall, StationId
from hall.station.settings import read_hall
from hall.topics import HUB, ROOT, acl

LISTENER = "listener"
PBKDF2_ROUNDS = 101  # Mosquitto's own; the passwords have 192 random bits
BROKER_CONF = Path(__file__).parent.parent / "broker.conf"  # of a checkout; installing comes with its own issue


class Site:
    """Paths and passwords of one site. `make` writes everything that a start needs."""

    def __init__(
        self, root: Path, hall_file: Path, port: int, door: int | None = None, *, listener: bool = False
    ) -> None:
        """`door`: the port at which the daemons reach the broker, if that is another than its own. `listener`: one
        more who may read everything, so that a replay can hold it against the wires."""
        self.root = root.absolute()
        self.hall_file = hall_file.absolute()
        self.hall: Hall = read_hall(self.hall_file)
        self.port = port
        self._door = door or port
        self._listener = listener
        self.broker = self.root / "broker"

    def make(self, clock: Mapping[str, Any] | None = None) -> None:
        """Write passwords, ACL, broker lines and hub.toml. `clock`: a business clock, as in hall.stationfile."""
        for place in (self.root, self.broker / "conf.d", self.broker / "data", self.root / "passwords"):
            place.mkdir(parents=True, exist_ok=True)
        listeners = (LISTENER,) if self._listener else ()
        names = (HUB, *(s.id for s in self.hall.stations), *listeners)
        passwords = {name: self._password(name) for name in names}
        lines = [f"{name}:{_hashed(password)}" for name, password in passwords.items()]
        _private(self.broker / "passwords", "\n".join(lines) + "\n")
        heard = f"\nuser {LISTENER}\ntopic read {ROOT}/{self.hall.id}/#\n" if self._listener else ""
        _private(self.broker / "acl", acl(self.hall.id, [s.id for s in self.hall.stations]) + heard)
        shutil.copyfile(BROKER_CONF, self.broker / "broker.conf")
        _private(self.broker / "conf.d" / "site.conf", self._broker_lines())
        self.set_clock(clock)

    def set_clock(self, clock: Mapping[str, Any] | None) -> None:
        """Write hub.toml; a hub that starts goes by this clock."""
        hub = {"hall": str(self.hall_file), "data": "hub", "broker": self._broker(HUB)}
        if clock is not None:
            hub["clock"] = dict(clock)
        (self.root / "hub.toml").write_bytes(msgspec.toml.encode(hub))

    def station(self, station: StationId, **roles: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Path:
        """Write a station's file with the settings of its roles (a list for callers and evaluators); its path."""
        known = self.hall.by_station[station]
        table = {
            "id": station,
            "hall": self.hall.id,
            "roles": [str(role) for role in known.roles],
            "broker": self._broker(station),
            "data": "stations",
            **roles,
        }
        path = self.root / f"{station}.toml"
        path.write_bytes(msgspec.toml.encode(table))
        tomllib.loads(path.read_text())
        return path

    def password(self, name: StationId) -> str:
        """The password of a station or of the hub."""
        return (self.root / "passwords" / name).read_text(encoding="ascii").strip()

    def _password(self, name: StationId) -> str:
        path = self.root / "passwords" / name
        if not path.exists():
            _private(path, secrets.token_urlsafe(24) + "\n")
        return self.password(name)

    def _broker(self, name: StationId) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self._door, "password_file": f"passwords/{name}"}

    def _broker_lines(self) -> str:
        lines = [
            f"listener {self.port} 127.0.0.1",
            "use_username_as_clientid true",
            f"password_file {self.broker / 'passwords'}",
            f"acl_file {self.broker / 'acl'}",
            f"persistence_location {self.broker / 'data'}/",
        ]
        if os.geteuid() == 0:
            # Started as root, Mosquitto would change to a user that cannot read a private site.
            lines.append(f"user {getpass.getuser()}")
        return "\n".join(lines) + "\n"


def _hashed(password: str) -> str:
    """Mosquitto's `$7$` form: PBKDF2 over SHA-512."""
    salt = secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, PBKDF2_ROUNDS)
    return f"$7${PBKDF2_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _private(path: Path, text: str) -> None:
    """Write a file that only its owner reads."""
    with open(path, "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        file.write(text)
