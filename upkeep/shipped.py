"""The files that ship as they are: broker.conf and the systemd units, found in a checkout and in a wheel alike."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable


def broker_conf() -> str:
    """The broker's configuration: the same text for demo, tests and units."""
    return (files("upkeep") / "shipped" / "broker.conf").read_text(encoding="utf-8")


def systemd() -> Iterator[tuple[str, str]]:
    """Every file of systemd/: its path below that directory, and its text."""
    yield from _below(files("upkeep") / "shipped" / "systemd", "")


def _below(place: Traversable, before: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(place.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _below(entry, f"{before}{entry.name}/")
        else:
            yield f"{before}{entry.name}", entry.read_text(encoding="utf-8")
