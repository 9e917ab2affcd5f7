"""Where an installed hall keeps what, and which group reads it."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

from msgspec import Struct

USER = "jiaohao"
BROKER_USER = "mosquitto"
PROGRAM = Path("/opt/jiaohao")


class Layout(Struct, frozen=True):
    """`conf`: what a technician writes and what is provisioned; `data`: what the hall writes."""

    conf: Path
    data: Path
    broker_data: Path

    @property
    def is_installed(self) -> bool:
        """Whether the units read it: each under its own user."""
        return self.conf == INSTALLED.conf

    @property
    def hall(self) -> Path:
        return self.conf / "hall" / "hall.toml"

    @property
    def hub(self) -> Path:
        return self.conf / "hub.toml"

    @property
    def site(self) -> Path:
        return self.conf / "site.toml"

    @property
    def broker(self) -> Path:
        return self.conf / "broker"

    @property
    def authority(self) -> Path:
        return self.conf / "authority"

    @property
    def stations(self) -> Path:
        return self.conf / "stations"

    @property
    def store(self) -> Path:
        return self.data / "hub" / "hub.db"

    def station(self, name: str) -> Path:
        """A station's directory: its settings, its password, its certificate; it can be copied as it is."""
        return self.stations / name


INSTALLED = Layout(Path("/etc/jiaohao"), Path("/var/lib/jiaohao"), Path("/var/lib/mosquitto"))


def layout(conf: Path, data: Path | None = None) -> Layout:
    """The layout of a configuration directory: the installed one, or everything below it."""
    conf = conf.absolute()
    if conf == INSTALLED.conf and data is None:
        return INSTALLED
    data = (data or conf / "var").absolute()
    return Layout(conf, data, data / "broker")


def hand_over(at: Layout) -> None:
    """Of an installed hall: the broker reads its own files, the hall's user everything else, nobody the authority's
    key. Elsewhere everything belongs to whoever made it."""
    if os.geteuid() != 0 or not at.is_installed:
        return
    hall, broker = _group(USER), _group(BROKER_USER)
    for place, user in ((at.data, USER), (at.broker_data, BROKER_USER)):
        _give(place, user)
    for place in (at.conf, *sorted(at.conf.rglob("*"))):
        if at.data in (place, *place.parents):
            continue
        group = broker if at.broker in (place, *place.parents) else hall
        secret = place.name == "ca.key"
        if group is not None and not place.is_symlink():
            os.chown(place, 0, 0 if secret else group)
            place.chmod(0o755 if place == at.conf else 0o750 if place.is_dir() else 0o600 if secret else 0o640)


def _group(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def _give(place: Path, user: str) -> None:
    """What a daemon writes is its own."""
    try:
        known = pwd.getpwnam(user)
    except KeyError:
        return
    for path in (place, *place.rglob("*")):
        if not path.is_symlink():
            os.chown(path, known.pw_uid, known.pw_gid)
