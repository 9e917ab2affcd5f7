"""Who plays in a demo: somebody for every screen and device of the stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cli.stage import Stage
from hall.errors import BadFile
from hall.model import Badge, Role, StationId, WindowNo
from testbed.cast import Actor, ApplicantAtPanel, ClerkAtWindow, GuideAtDesk, Play, Visitors
from testbed.people import ApplicantAtPad, ClerkAtKeypad
from testbed.touch import Touch

START_LIMIT_S: Final = 60.0  # two dozen processes start at once on a small machine


def company(stage: Stage, play: Play) -> list[Actor]:
    """The people, not yet started. Raises BadFile if a clerk has no PIN in demo.toml."""
    hall = stage.hall
    kiosks = [s.id for s in hall.stations if Role.KIOSK in s.roles]
    actors: list[Actor] = [
        Visitors(_finger(stage, kiosk), hall, play, number, len(kiosks)) for number, kiosk in enumerate(kiosks)
    ]
    for window in hall.windows:
        badge = _clerk_of(stage, play, window.number)
        soft = stage.station_with(Role.CALLER, window.number)
        if soft is not None:
            actors.append(ClerkAtWindow(_finger(stage, soft), badge, play))
        elif window.number in stage.devices.keypads:
            actors.append(ClerkAtKeypad(stage.devices.keypads[window.number], window.number, badge, play))
        panel = stage.station_with(Role.EVALUATOR, window.number)
        if panel is not None:
            actors.append(ApplicantAtPanel(_finger(stage, panel), window.number, play))
        elif window.number in stage.devices.pads:
            actors.append(ApplicantAtPad(stage.devices.pads[window.number], window.number, play))
    actors += [GuideAtDesk(_finger(stage, s.id), hall, play) for s in hall.stations if Role.DESK in s.roles]
    return actors


def _finger(stage: Stage, station: StationId) -> Callable[[], Touch]:
    return lambda: Touch(stage.fingers[station], START_LIMIT_S)


def _clerk_of(stage: Stage, play: Play, window: WindowNo) -> Badge:
    for post in stage.hall.posts:
        if post.window == window and post.badge in play.pins:
            return post.badge
    raise BadFile((f"demo.toml: pins: no PIN of a clerk posted at window {window}",))
