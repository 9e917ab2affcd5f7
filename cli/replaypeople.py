"""Who plays in a replay: at the ticket machines, at every window, at every pad."""

from __future__ import annotations

from collections.abc import Callable

from cli.stage import Stage
from hall.errors import BadFile
from hall.model import Badge, Hall, Role, StationId, WindowNo
from testbed.atkiosk import QueueAtKiosk
from testbed.atwindow import Clerk, GlassHands, Hands, KeypadHands, Press, Rater, glass_finger, pad_finger
from testbed.cast import Actor, Play
from testbed.crowd import Crowd
from testbed.listener import Listener
from testbed.tape import Tape
from testbed.touch import Touch


def people(
    stage: Stage,
    crowd: Crowd,
    listener: Listener,
    play: Play,
    tape: Tape,
    *,
    speed: float,
    offset_s: int,
    over: Callable[[], bool],
) -> list[Actor]:
    """Everybody, not yet started. `over`: whether nobody calls any more. Raises BadFile for a window without a clerk
    whose PIN is told."""
    hall = stage.hall
    actors: list[Actor] = []
    for kiosk in (s.id for s in hall.stations if Role.KIOSK in s.roles):
        printer = stage.devices.printers.get(kiosk)
        actors.append(QueueAtKiosk(_finger(stage, kiosk), kiosk, printer, hall, crowd, listener))
    for window in hall.windows:
        hands = _hands(stage, window.number, clerk_of(hall, play, window.number), play)
        if hands is not None:
            clerk = Clerk(
                window.number,
                hands,
                crowd,
                listener,
                speed=speed,
                calls_before_no_show=hall.policy.calls_before_no_show,
                over=over,
            )
            clerk.offset_s = offset_s
            actors.append(clerk)
        press = _pad(stage, tape, window.number)
        if press is not None:
            actors.append(Rater(window.number, press, crowd, listener))
    return actors


def _pad(stage: Stage, tape: Tape, window: WindowNo) -> Press | None:
    panel = stage.station_with(Role.EVALUATOR, window)
    if panel is not None:
        return glass_finger(_finger(stage, panel), tape, f"touch-{window:02}")
    pad = stage.devices.pads.get(window)
    return pad_finger(pad) if pad is not None else None


def clerk_of(hall: Hall, play: Play, window: WindowNo) -> Badge:
    """A clerk posted at the window whose PIN is told. Raises BadFile."""
    for post in hall.posts:
        if post.window == window and post.badge in play.pins:
            return post.badge
    raise BadFile((f"demo.toml: pins: no PIN of a clerk posted at window {window}",))


def _hands(
    stage: Stage, window: WindowNo, badge: Badge, play: Play
) -> Callable[[Callable[[float], object]], Hands] | None:
    soft = stage.station_with(Role.CALLER, window)
    if soft is not None:
        finger = _finger(stage, soft)
        return lambda wait: GlassHands(finger, badge, play.pins[badge], wait)
    keypad = stage.devices.keypads.get(window)
    return None if keypad is None else lambda wait: KeypadHands(keypad, badge, play.pins[badge], wait)


def _finger(stage: Stage, station: StationId) -> Callable[[], Touch]:
    return lambda: Touch(stage.fingers[station], 10.0)
