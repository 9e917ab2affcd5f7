"""What must hold for any bytes a line can carry, one target a decoder; hypothesis and atheris feed them.

No exception but those a dialect names · the same frames however the stream is cut · little is held · back in step: of
two good frames in a row after anything, the second is heard · what is decoded can be read and encoded again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Final, Protocol

from cli.device_frames import frames_of
from hall.dialects import BadFrame, Damaged, a090, aabb, bars, ff68, ff68_pad, number4
from hall.dialects.escpos_reader import Reader
from hall.dialects.escpos_status import FULL_BYTES, REAL_TIME, Answered, Listener, PrinterState, Question, Stray, Told
from hall.profile import BarProfile, PadProfile, PrinterProfile, Profile, kind_of
from hall.station.settings import profiles
from testbed.escpos_commands import Parser
from tests.hall.dialects.known import ANSWERS, FRAMES

PROFILES: Final = profiles()
HELD: Final = 300  # bytes a decoder may keep of what is not complete
ASKED: Final = (*REAL_TIME, Question.FULL)
FINE: Final = {Question.PRINTER, Question.OFFLINE_CAUSE, Question.ERROR_CAUSE}  # without these no printer is fine …
PAPER: Final = {Question.ROLL, Question.IN_ORDER}  # … nor without one of these
_WHOLE, _HALF, _WRONG = 24, 40, 56  # below: a known frame, half of one, one with a wrong byte


class Decoder(Protocol):
    """What every dialect's decoder is."""

    @property
    def held(self) -> int: ...
    def feed(self, data: bytes) -> Sequence[Any]: ...
    def end(self) -> Sequence[Any]: ...


def decoder_of(profile: Profile) -> Decoder:
    """The decoder that reads what a line with this device carries."""
    if isinstance(profile, BarProfile):
        if profile.dialect == "a090":
            return a090.Decoder()
        return number4.Decoder() if profile.dialect == "number4" else aabb.Decoder(bars.check_of(profile))
    if isinstance(profile, PrinterProfile):
        return Reader(fixed_bits=profile.fixed_bits)
    return ff68_pad.Decoder() if isinstance(profile, PadProfile) else ff68.Decoder()


def reads_as(profile: Profile) -> tuple[object, ...]:
    """What of a profile chooses its decoder: the same for all whose lines are read alike."""
    if isinstance(profile, BarProfile):
        return profile.dialect, profile.sum_counts_end
    return profile.dialect, kind_of(profile), isinstance(profile, PrinterProfile) and profile.fixed_bits


def spliced(data: bytes, known: Sequence[bytes]) -> bytes:
    """A stream in which some of the bytes stand for known frames, whole, broken off or damaged."""
    stream = b""
    for byte in data:
        frame = known[byte % len(known)]
        if byte < _WHOLE:
            stream += frame
        elif byte < _HALF:
            stream += frame[: len(frame) // 2]
        elif byte < _WRONG:
            stream += frame[:-1] + bytes([frame[-1] ^ byte])
        else:
            stream += bytes([byte])
    return stream


def one_decoder(name: str) -> Callable[[bytes], None]:
    """The target of a profile's decoder."""
    profile = PROFILES[name]
    same = [bytes.fromhex(data) for known, data, _ in FRAMES if PROFILES[known].dialect == profile.dialect]
    frames = [bytes.fromhex(data) for known, data, _ in FRAMES if known == name and _from_line(profile, data)]
    # Without fixed bits a printer's answer has one byte; a longer message that was begun before it swallows some.
    answers = [bytes.fromhex(data) * FULL_BYTES for known, data, _, _ in ANSWERS if known == name]
    good = (frames + answers)[0]
    wanted = list(decoder_of(profile).feed(good))
    codec = bars.codec(profile) if isinstance(profile, BarProfile) else None

    def target(data: bytes) -> None:
        first = data[0] if data else 0
        stream = data if first % 8 == 0 else spliced(data, same)
        whole = decoder_of(profile)
        heard = list(whole.feed(stream))
        begun = copy(whole)
        heard += whole.end()
        cut, pieces = decoder_of(profile), list[Any]()
        size = 1 + first % 7
        for start in range(0, len(stream), size):
            pieces += cut.feed(stream[start : start + size])
            assert cut.held <= HELD, f"{cut.held} bytes held"
        assert list(begun.feed(good + good))[-len(wanted) :] == wanted, "not back in step"
        assert [*pieces, *cut.end()] == heard, "cut differently, heard differently"
        for frame in set(heard) if codec is not None or profile.dialect == "ff68" else heard:
            _can_be_said(codec, frame)

    return target


def _from_line(profile: Profile, data: str) -> bool:
    """A printer's decoder reads what the printer says, not what it is told."""
    return profile.dialect != "escpos" or data[:4] not in ("1004", "1D72", "1D61", "1D65")


def _can_be_said(codec: bars.Codec | None, frame: Any) -> None:
    if isinstance(frame, Damaged):
        assert frame.data
        assert frame.reason
    elif isinstance(frame, ff68.Frame):
        assert ff68.Decoder().feed(ff68.encode(frame)) == [frame]
        for read in (ff68.keys_of, ff68.shown_by, ff68.value_of):
            _refuses_or_reads(read, frame)
    elif codec is not None:
        _refuses_or_reads(codec.meaning, frame)


def _refuses_or_reads(read: Callable[[Any], object], frame: object) -> None:
    with contextlib.suppress(BadFrame):
        read(frame)


def listener(data: bytes) -> None:
    """A printer's answers, whatever was asked: nothing but full answers makes it fine."""
    for fixed_bits, auto in ((True, True), (True, False), (False, False)):
        found = Listener(fixed_bits=fixed_bits, auto_status=auto)
        said = set[Question]()
        for byte in data:
            if byte & 0x81 == 0x81:
                found.ask(Question.IN_ORDER if byte & 0x40 else ASKED[(byte >> 1 & 7) % len(ASKED)])
            elif byte == 0x80:
                found.forget()
                said.clear()
                assert found.state == PrinterState()
            for heard in () if byte >= 0x80 else found.feed(bytes([byte])):
                if isinstance(heard, Stray):
                    said.clear()
                said |= {heard.question} if isinstance(heard, Answered) else set()
                said |= FINE | PAPER if isinstance(heard, Told) else set()
            assert not found.state.ok or (said >= FINE and PAPER & said), f"fine, having said {said}"
        found.forget()
        assert (found.state, found.waiting, found.printing) == (PrinterState(), False, False)


def bench(data: bytes) -> None:
    """The integrator's bench takes any bytes for any profile: a row at least, each with its verdict."""
    for profile in PROFILES.values():
        rows = frames_of(profile).decode(data)
        assert rows
        assert all(row["ok"] or row["reason"] for row in rows)


def commands(data: bytes) -> None:
    """The virtual printer's receive side: every byte is part of one command, or waits."""
    parser = Parser()
    assert b"".join(command.raw for command in parser.feed(data)) + parser.pending == data


DECODERS: Final = (
    "ff68-21key-a",
    "ff68-pad-4",
    "a090-8",
    "aabb-sum-8",
    "aabb-sum-8-short",
    "aabb-xor-8",
    "number4-3",
    "escpos-80mm",
    "custom-kpm-80mm",
    "reliance-80mm",
)
RAW: Final = ("listener", "bench", "commands")  # take the bytes as they are
TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    **{name: one_decoder(name) for name in DECODERS},
    "listener": listener,
    "bench": bench,
    "commands": commands,
}
