"""What the broker reads: the shipped broker.conf, the site's own lines, the passwords' hashes and the ACL."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from hall.topics import HOME_ASSISTANT, RESERVED, acl
from upkeep import shipped
from upkeep.credentials import password_lines, write_whole

TLS_PORT = 8883


class Tls(Struct, frozen=True):
    """The listener for other machines: an address of this one (empty: all), and the broker's certificate."""

    address: str
    port: int
    ca: Path
    certificate: Path
    key: Path


def write_broker(
    place: Path,
    hall: str,
    passwords: Mapping[str, str],
    *,
    port: int,
    data: Path,
    tls: Tls | None = None,
    installed: bool = False,
) -> None:
    """Write all the broker needs below `place`; what has not changed is left as it is. `installed`: the broker has a
    user of its own, who may read this; otherwise it runs as whoever starts it.

    It reads them again on SIGHUP, listeners excepted. Who is not in `passwords` is nobody.
    """
    (place / "conf.d").mkdir(parents=True, exist_ok=True)
    stations = [name for name in passwords if name not in RESERVED]
    before = place / "passwords"
    write_whole(before, password_lines(passwords, before.read_text(encoding="ascii") if before.exists() else ""))
    write_whole(place / "acl", acl(hall, stations, home_assistant=HOME_ASSISTANT in passwords))
    write_whole(place / "broker.conf", shipped.broker_conf())
    write_whole(place / "conf.d" / "site.conf", _site_lines(place, port, data, tls, installed))


def _site_lines(place: Path, port: int, data: Path, tls: Tls | None, installed: bool) -> str:
    lines = [
        f"listener {port} 127.0.0.1",
        "use_username_as_clientid true",
        f"password_file {place / 'passwords'}",
        f"acl_file {place / 'acl'}",
        f"persistence_location {data}/",
    ]
    if tls is not None:
        lines += [
            f"listener {tls.port} {tls.address}".rstrip(),
            "use_username_as_clientid true",
            f"cafile {tls.ca}",
            f"certfile {tls.certificate}",
            f"keyfile {tls.key}",
            # A password alone, seen over a shoulder, opens nothing from another machine, nor does a certificate alone.
            "require_certificate true",
            "tls_version tlsv1.2",
        ]
    if os.geteuid() == 0 and not installed:
        # Started as root, Mosquitto would change to a user that cannot read a private site.
        lines.append(f"user {getpass.getuser()}")
    return "\n".join(lines) + "\n"
