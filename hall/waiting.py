"""Who serves a matter, and how long the wait looks."""

from __future__ import annotations

from collections.abc import Iterable

from hall.model import Hall, MatterId, Window, WindowNo


def windows_for(hall: Hall, matter: MatterId) -> tuple[WindowNo, ...]:
    """The windows that serve a matter, in order of number."""
    return hall.windows_serving.get(matter, ())


def served(window: Window) -> tuple[MatterId, ...]:
    """What a window serves always: its own matters and those delegated to it."""
    return tuple(dict.fromkeys((*window.serves, *window.delegated)))


def rivals(hall: Hall, matter: MatterId) -> frozenset[MatterId]:
    """The matters whose tickets are called by the same windows: those one waits with."""
    return frozenset(m for number in windows_for(hall, matter) for m in served(hall.by_window[number]))


def wait_minutes(hall: Hall, ahead: Iterable[tuple[MatterId, int]], open_windows: int) -> float | None:
    """The usual handling minutes of those ahead (matter, count), shared by the windows that are open; None if none."""
    if not open_windows:
        return None
    return sum(hall.by_matter[matter].minutes * count for matter, count in ahead) / open_windows
