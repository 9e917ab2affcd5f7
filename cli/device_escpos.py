"""A printer's bytes for people: what it says, and what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from hall.dialects import BadFrame, Damaged
from hall.dialects import escpos_presenter as presenter
from hall.dialects import escpos_status as status
from hall.dialects.a090 import Colour
from hall.dialects.escpos_reader import Answer, Reader
from hall.dialects.escpos_status import PrinterState, Question
from hall.dialects.finder import CUT_SHORT
from hall.profile import PrinterProfile
from slips.paper import CHINESE_OFF, CHINESE_ON
from testbed.escpos_commands import Command, Parser

Told: TypeAlias = dict[str, Any]

_HOST_BEGINS: Final = (0x1B, 0x1C, 0x1D)  # ESC, FS, GS: no answer of a printer looks like 1B and 1D
_ORDERS: Final = {
    "status": b"".join(status.ask(question) for question in status.REAL_TIME),
    "full": status.ask(Question.FULL),
    "in-order": status.ask(Question.IN_ORDER),
    "auto": status.SAY_CHANGES,
    "eject": presenter.EJECT,
    "retract": presenter.RETRACT,
    "reset": b"\x1b@",
}


class PrinterFrames:
    """See cli.device_frames.Frames."""

    def __init__(self, profile: PrinterProfile) -> None:
        self._profile = profile
        self._reader = Reader(fixed_bits=profile.fixed_bits)

    def feed(self, data: bytes) -> list[Told]:
        return [self._said(read) for read in self._reader.feed(data)]

    def decode(self, data: bytes, came_from: str = "auto") -> list[Told]:
        if came_from == "host" or (came_from == "auto" and _is_from_host(data)):
            commands, begun = _joined(data)
            rows = [self._ordered(command) for command in commands]
            rows += [{"ok": False, "reason": CUT_SHORT, "bytes": begun.hex(" ").upper()}] if begun else []
        else:
            rows = self.feed(data) + [self._said(read) for read in self._reader.end()]
        return rows or [{"ok": False, "reason": "no frame", "bytes": ""}]

    def encode(self, said: Sequence[str], address: int | None, colour: Colour) -> bytes:
        del address, colour
        match list(said):
            case [word] if word in _ORDERS:
                return _ORDERS[word]
            case ["status", "1" | "2" | "3" | "4" as n]:
                return status.ask(Question(int(n)))
            case ["present", steps] if steps.isdecimal():
                return presenter.present(int(steps))
            case [] | [""] | ["status", _] | ["present", _]:
                raise BadFrame(f"say a text, or one of: {', '.join(_ORDERS)}, status 1 … status 4, present 12")
        text = " ".join(said)
        try:
            return text.encode("ascii") if text.isascii() else CHINESE_ON + text.encode("gb18030") + CHINESE_OFF
        except UnicodeEncodeError as error:
            raise BadFrame(f"escpos: {text[error.start]!r} is no character") from None

    def _said(self, read: Answer | status.Told | Damaged) -> Told:
        if isinstance(read, Damaged):
            return {"ok": False, "reason": read.reason, "bytes": read.data.hex(" ").upper()}
        row: Told = {"ok": True, "dialect": "escpos", "from": "printer"}
        if isinstance(read, status.Told):
            what = "full status" if read.data.startswith(status.FULL_HEAD) else "automatic status"
            return {**row, "command": what, **_state(read.state), "bytes": read.data.hex(" ").upper()}
        meanings = {question.name.lower(): _state(state) for question, state in read.meanings.items()}
        return {**row, "command": "answer", "if_asked": meanings, "bytes": f"{read.byte:02X}"}

    def _ordered(self, command: Command) -> Told:
        raw = command.raw.hex(" ").upper()
        if command.kind == "unknown":
            return {"ok": False, "reason": "unknown command", "bytes": raw}
        row: Told = {"ok": True, "dialect": "escpos", "from": "host"}
        if command.kind == "text":
            codec = "gb18030" if command.double else "ascii"
            try:
                return {**row, "command": "text", "text": command.raw.decode(codec), "bytes": raw}
            except UnicodeDecodeError:
                return {"ok": False, "reason": "no text", "bytes": raw}
        name = next((word for word, order in _ORDERS.items() if order == command.raw), None)
        if command.raw[:2] == b"\x10\x04" and command.raw[2] in (1, 2, 3, 4):
            name = f"status {command.raw[2]}"
        return {
            **row,
            "command": name or command.code.hex(" ").upper(),
            "data": command.data.hex(" ").upper(),
            "bytes": raw,
        }


def _is_from_host(data: bytes) -> bool:
    """A printer's answers have the highest bit clear and begin with none of a host's introducers; 1C is both, but an
    automatic status that begins with it goes on differently from a command."""
    if not data:
        return False
    if data[0] == 0x1C and len(data) == status.AUTO_BYTES and all(status.goes_on_auto(byte) for byte in data[1:]):
        return data[1:2] in (b"&", b".")
    questions = data[0] == 0x10 and data[1:2] in (b"\x04", b"\x05", b"\x14")
    return (
        data[0] in _HOST_BEGINS or questions or any(byte >= 0x80 for byte in data) or (len(data) > 1 and data.isalnum())
    )


def _joined(data: bytes) -> tuple[list[Command], bytes]:
    """The commands in the bytes, and what was begun and not finished; characters of one kind that follow each other are
    one text."""
    parser = Parser()
    joined: list[Command] = []
    for command in parser.feed(data):
        last = joined[-1] if joined else None
        if last is not None and command.kind == last.kind == "text" and command.double == last.double:
            joined[-1] = Command("text", b"", last.data + command.data, last.raw + command.raw, last.double)
        else:
            joined.append(command)
    return joined, parser.pending


def _state(state: PrinterState) -> Told:
    """What is said, and no word of what is not."""
    said = {field: getattr(state, field) for field in state.__struct_fields__}
    return {field: value for field, value in said.items() if value is not None}
