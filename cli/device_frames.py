"""Frames of a device's dialect for people: what bytes say, as plain data, and the bytes of what a person types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeAlias

from cli.device_escpos import PrinterFrames
from hall.dialects import BadFrame, Damaged, a090, aabb, bars, ff68, ff68_pad, number4
from hall.dialects.a090 import Colour
from hall.dialects.bars import Lights
from hall.errors import HallError
from hall.profile import BarProfile, KeypadProfile, PadProfile, Profile

Told: TypeAlias = dict[str, Any]  # one frame, ready for JSON

NO_FRAME: Final = "no frame"
REPLY_MOST: Final = 4  # bytes of a bar's reply: A5 AA or 1B, and what may stand before
_KEYS: Final = {key.name.lower(): key for key in ff68.Key}


class NotSaid(HallError, ValueError):
    """What was typed is nothing this device can be told."""


class Frames(Protocol):
    """What one device understands. One for each stream: between two pieces it holds what is begun."""

    def feed(self, data: bytes) -> list[Told]:
        """The frames that these bytes from the device complete, with `ok`; for a damaged one the `reason`."""

    def decode(self, data: bytes, came_from: str = "auto") -> list[Told]:
        """Every frame in bytes that are all there is; one row at least. Most dialects need not be told who spoke:
        "host", "device", or "auto"."""

    def encode(self, said: Sequence[str], address: int | None, colour: Colour) -> bytes:
        """The bytes of what a person typed; None is the usual address. Raises NotSaid or BadFrame."""


def frames_of(profile: Profile) -> Frames:
    """The frames of a profile's device."""
    if isinstance(profile, BarProfile):
        return _BarFrames(profile)
    if isinstance(profile, KeypadProfile):
        return _KeypadFrames(profile)
    return _PadFrames(profile) if isinstance(profile, PadProfile) else PrinterFrames(profile)


def usual_address(profile: Profile) -> int:
    """The address a device of this kind has when nobody set another: window 1."""
    return ff68_pad.address(1) if isinstance(profile, PadProfile) else 1


def shown_instead(profile: Profile, said: Sequence[str]) -> str | None:
    """What a bar shows where it is not the text that was typed; None if it is, or the device is no bar."""
    text = " ".join(said)
    shown = bars.shown_of(profile, text) if isinstance(profile, BarProfile) else text
    return None if shown == text else shown


def bytes_of(said: Sequence[str]) -> bytes:
    """The bytes of hex digits, however they are set apart. Raises NotSaid."""
    pieces = " ".join(said).replace(",", " ").replace("0x", " ").replace(":", " ").split()
    try:
        return b"".join(map(bytes.fromhex, pieces))  # each by itself: “3 3” is two halves, not 33
    except ValueError:
        raise NotSaid(f"{' '.join(said)!r} is no hex; write two digits a byte, as in FF 68 03") from None


def hex_of(data: bytes) -> str:
    """Bytes as the documents write them: FF 68 03 …"""
    return data.hex(" ").upper()


def damaged(found: Damaged) -> Told:
    """A damaged frame as a row."""
    return {"ok": False, "reason": found.reason, "bytes": hex_of(found.data)}


def or_none(rows: list[Told], data: bytes) -> list[Told]:
    """The rows, or one that says that nothing in these bytes even began like a frame."""
    return rows or [{"ok": False, "reason": NO_FRAME, "bytes": hex_of(data)}]


def _number(text: str, what: str, base: int = 10, most: int = 0xFF) -> int:
    try:
        value = int(text, base)
    except ValueError:
        value = -1
    if not 0 <= value <= most:
        shown = f"00–{most:02X}" if base == 16 else f"0–{most}"
        raise NotSaid(f"{text!r} is no {what}; it is {'two hex digits, ' if base == 16 else ''}{shown}")
    return value


class _BarFrames:
    def __init__(self, profile: BarProfile) -> None:
        self._profile = profile
        self._codec = bars.codec(profile)
        self._decoder = self._codec.decoder()

    def feed(self, data: bytes) -> list[Told]:
        return [self._row(frame) for frame in self._decoder.feed(data)]

    def decode(self, data: bytes, came_from: str = "auto") -> list[Told]:
        rows = [] if came_from == "device" else self.feed(data) + [damaged(frame) for frame in self._decoder.end()]
        # What a bar replies has no header: it is believed where nothing else is there, or when told that a bar spoke.
        replies = bars.replies(self._profile)
        short = came_from == "device" or (came_from == "auto" and len(data) <= REPLY_MOST)
        if not rows and short and replies is not None and replies.feed(data):
            return [{"ok": True, "dialect": self._profile.dialect, "command": "reply", "bytes": hex_of(data)}]
        return or_none(rows, data)

    def encode(self, said: Sequence[str], address: int | None, colour: Colour) -> bytes:
        address = usual_address(self._profile) if address is None else address
        text = " ".join(said)
        if not text:
            raise NotSaid("say the text to show, as in: hall device encode a090-8 请A017到3号窗口")
        if text == "probe" and (asked := self._codec.probe(address)):
            return asked
        return self._codec.show(address, text, colour)

    def _row(self, frame: bars.Frame | Damaged) -> Told:
        if isinstance(frame, Damaged):
            return damaged(frame)
        row: Told = {"ok": True, "dialect": self._profile.dialect, "address": frame.addr}
        raw = hex_of(self._bytes_of(frame))
        if isinstance(frame, number4.Frame):
            return {**row, "command": "show", "number": frame.number, "bytes": raw}
        if isinstance(frame, aabb.Probe):
            return {**row, "command": "probe", "bytes": raw}
        if isinstance(frame, a090.Frame) and frame.cmd != a090.Command.SHOW:
            return {**row, "command": a090.Command(frame.cmd).name.lower(), "data": hex_of(frame.data), "bytes": raw}
        try:
            meant = self._codec.meaning(frame)
        except BadFrame as error:
            return {**row, "ok": False, "reason": str(error), "bytes": raw}
        assert isinstance(meant, Lights)
        if isinstance(frame, aabb.Text):
            look = {field: getattr(frame.look, field) for field in frame.look.__struct_fields__}
            return {**row, "command": "show", "text": meant.text, **look, "bytes": raw}
        colours = [colour.name.lower() for _, colour in meant.lit]
        one = colours[0] if len(set(colours)) == 1 else colours
        return {**row, "command": "show", "text": meant.text, "colour": one, "bytes": raw}

    def _bytes_of(self, frame: bars.Frame) -> bytes:
        if isinstance(frame, a090.Frame):
            return a090.encode(frame)
        if isinstance(frame, number4.Frame):
            return number4.encode(frame)
        return aabb.encode(frame, bars.check_of(self._profile))


class _Ff68Frames:
    """What keypads and pads share: both ends' frames have a header and an address, so nobody need be told who spoke."""

    def __init__(self, decoder: ff68.Decoder | ff68_pad.Decoder, address: int) -> None:
        self._decoder = decoder
        self._usual = address

    def feed(self, data: bytes) -> list[Told]:
        heard = self._decoder.feed(data)
        return [damaged(frame) if isinstance(frame, Damaged) else self._row(frame) for frame in heard]

    def decode(self, data: bytes, came_from: str = "auto") -> list[Told]:
        del came_from
        return or_none(self.feed(data) + [damaged(frame) for frame in self._decoder.end()], data)

    def encode(self, said: Sequence[str], address: int | None, colour: Colour) -> bytes:
        """An address may also stand first in what is typed, unless it was given apart: 3 6 0F."""
        del colour
        if address is None and said and said[0].isdecimal() and len(said) > 1:
            address, said = _number(said[0], "address"), said[1:]
        return self._encoded(said, self._usual if address is None else address)

    def _encoded(self, said: Sequence[str], address: int) -> bytes:
        raise NotImplementedError

    def _row(self, frame: Any) -> Told:
        raise NotImplementedError


class _KeypadFrames(_Ff68Frames):
    def __init__(self, profile: KeypadProfile) -> None:
        self._profile = profile
        super().__init__(ff68.Decoder(), usual_address(profile))

    def _encoded(self, said: Sequence[str], address: int) -> bytes:
        match list(said):
            case ["show", ticket]:
                return ff68.encode(ff68.show(address, None, ticket))
            case ["show", waiting, ticket]:
                return ff68.encode(ff68.show(address, _number(waiting, "number of people", most=999), ticket))
            case ["beep"]:
                return ff68.encode(ff68.beep(address))
            case ["done"]:
                return ff68.encode(ff68.done(address))
            case ["failed"]:
                return ff68.encode(ff68.failed(address))
            case [key]:
                return ff68.encode(ff68.key_press(address, *self._press(key)))
            case [digits, key]:
                return ff68.encode(ff68.key_press(address, digits, self._press(key)[1]))
        raise NotSaid(
            "say an address and a key (1 0C, 1 next, 1 6 0F), or show 023, show 12 023, beep, done, failed; "
            f"keys are {', '.join(f'{key:02X} {name}' for name, key in _KEYS.items())}"
        )

    def _press(self, key: str) -> tuple[str, int]:
        """The digits and the key of a key's number or name, or of an action of this keymap."""
        if key.lower() in _KEYS:
            return "", _KEYS[key.lower()]
        for binding in self._profile.keymap:
            if binding.action == key and not set(binding.digits) - set("0123456789"):
                return binding.digits, binding.key
        return "", _number(key, "key", 16)

    def _row(self, frame: ff68.Frame) -> Told:
        row: Told = {"ok": True, "dialect": "ff68", "address": frame.addr}
        end = {"bytes": hex_of(ff68.encode(frame))}
        if frame == ff68.beep(frame.addr):
            return {**row, "command": "beep", **end}
        if self._profile.speaks == "polled":
            if frame == ff68.poll(frame.addr, self._profile.poll_command):
                return {**row, "command": "poll", **end}
            if frame == ff68.nothing(frame.addr):
                return {**row, "command": "nothing", **end}
        if frame.cmd == ff68.Command.RATING and len(frame.data) == 1:
            return {**row, "command": "rating", "value": frame.data[0], **end}
        try:
            if frame.cmd == ff68.Command.SHOW:
                shown = ff68.shown_by(frame)
                if isinstance(shown, bool):
                    return {**row, "command": "done" if shown else "failed", **end}
                return {**row, "command": "show", "waiting": shown.waiting, "ticket": shown.ticket, **end}
            keys = ff68.keys_of(frame)
        except BadFrame:
            return {**row, "command": f"{frame.cmd:02X}", "data": hex_of(frame.data), **end}
        action = self._profile.action(keys.digits, keys.key)
        meant = {"digits": keys.digits, "key": f"{keys.key:02X}", "action": None if action is None else action.value}
        return {**row, "command": "keys", **meant, **end}


class _PadFrames(_Ff68Frames):
    def __init__(self, profile: PadProfile) -> None:
        self._profile = profile
        super().__init__(ff68_pad.Decoder(), usual_address(profile))

    def _encoded(self, said: Sequence[str], address: int) -> bytes:
        match list(said):
            case ["start"]:
                return ff68.encode(ff68.start_rating(address))
            case ["stars"]:
                return ff68.encode(ff68_pad.stars(address))
            case ["ack", value]:
                return ff68_pad.ack(ff68_pad.rating(address, _number(value, "value", 16)), self._profile.ack)
            case [value]:
                return ff68.encode(ff68_pad.rating(address, _number(value, "value", 16)))
        raise NotSaid("say an address and the value of a key (129 03), or start, stars, ack 03")

    def _row(self, frame: ff68.Frame | ff68_pad.ShortAck) -> Told:
        row: Told = {"ok": True, "dialect": "ff68", "address": frame.addr}
        if isinstance(frame, ff68_pad.ShortAck):
            short = ff68_pad.ack(ff68.Frame(frame.addr, ff68.Command.RATING), "short")
            return {**row, "command": "ack", "bytes": hex_of(short)}
        end = {"bytes": hex_of(ff68.encode(frame))}
        if frame == ff68.start_rating(frame.addr):
            return {**row, "command": "start", **end}
        if frame == ff68_pad.stars(frame.addr):
            return {**row, "command": "stars", **end}
        if len(frame.data) == 1 and frame.cmd in (ff68.Command.RATING, ff68.Command.KEYS):
            value = frame.data[0]
            if frame.cmd == ff68.Command.KEYS:
                return {**row, "command": "ack", "value": value, **end}
            return {**row, "command": "rating", "value": value, "level": self._profile.level(value), **end}
        return {**row, "command": f"{frame.cmd:02X}", "data": hex_of(frame.data), **end}
