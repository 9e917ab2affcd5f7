"""The machine of hub and broker on a stage: laid out as an installed one, so that the technician's commands see it."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from hall.topics import HUB, WATCH
from upkeep.credentials import write_whole
from upkeep.layout import layout
from upkeep.provision import Provision, SiteFile
from upkeep.site import Site


class Machine:
    """Where it keeps its configuration and its data; nothing of hub and broker is elsewhere."""

    def __init__(self, site: Site, conf: Path, data: Path) -> None:
        self._site = site
        self.at = layout(conf, data)

    @classmethod
    def numbered(cls, site: Site, number: int) -> Machine:
        """One that can be replaced: all of it is below a directory of its own."""
        place = site.root / f"machine-{number}"
        return cls(site, place / "etc", place / "var")

    def make(self) -> None:
        """`hall provision`, with the passwords that the site's stations have."""
        at, site = self.at, self._site
        passwords = {at.conf / "hub.password": HUB, at.conf / "watch.password": WATCH}
        passwords |= {at.station(s.id) / "password": s.id for s in site.hall.stations}
        for path, name in passwords.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, site.password(name) + "\n")
        Provision(at, site.hall_file, SiteFile(port=site.port, data=str(at.data))).run()

    def set_clock(self, clock: Mapping[str, Any]) -> None:
        """Write into hub.toml by which clock a hub goes that starts, and through which door it reaches the broker."""
        table = tomllib.loads(self.at.hub.read_text(encoding="utf-8"))
        table["clock"] = dict(clock)
        table["broker"]["port"] = self._site.door
        self.at.hub.write_bytes(msgspec.toml.encode(table))

    def wipe(self) -> None:
        """It is gone."""
        for place in (self.at.conf, self.at.data):
            shutil.rmtree(place)
