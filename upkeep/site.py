"""A site: one directory from which a hall runs. Passwords, ACL, the broker's own lines, and a file for every daemon.

Making it again keeps the passwords that exist. An installed hall is laid out by `upkeep.provision`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from hall.model import Hall, StationId
from hall.station.settings import read_hall
from hall.topics import HUB, WATCH
from upkeep.brokerfiles import write_broker
from upkeep.credentials import kept_password


class Site:
    """Paths and passwords of one site. `make` writes everything that a start needs."""

    def __init__(self, root: Path, hall_file: Path, port: int, door: int | None = None) -> None:
        """`door`: the port at which the daemons reach the broker, if that is another than its own."""
        self.root = root.absolute()
        self.hall_file = hall_file.absolute()
        self.hall: Hall = read_hall(self.hall_file)
        self.port = port
        self.door = door or port
        self.broker = self.root / "broker"

    def make(self, clock: Mapping[str, Any] | None = None) -> None:
        """Write passwords, ACL, broker lines and hub.toml. `clock`: a business clock, as in hall.stationfile."""
        passwords = self.keep_passwords()
        (self.broker / "data").mkdir(parents=True, exist_ok=True)
        write_broker(self.broker, self.hall.id, passwords, port=self.port, data=self.broker / "data")
        self.set_clock(clock)

    def keep_passwords(self) -> dict[StationId, str]:
        """Make the passwords that are missing; all of them."""
        (self.root / "passwords").mkdir(parents=True, exist_ok=True)
        names = (HUB, WATCH, *(s.id for s in self.hall.stations))
        return {name: kept_password(self.root / "passwords" / name) for name in names}

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

    def _broker(self, name: StationId) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.door, "password_file": f"passwords/{name}"}
