"""ESC/POS bytes → commands, as a printer's receive side cuts them; what it does not know it names and does
not guess.

    1B xx … · 1C xx … · 1D xx …    ESC, FS and GS commands: a fixed number of parameters, or a length inside
    them 10 04 n                        DLE EOT: real time, answered at any point except inside image and
    symbol data 81–FE 40–FE                    a double-byte character while Chinese mode is on (four bytes if
    the second is 30–39)

Sources: Epson ESC/POS command reference; the output of python-escpos 3.1.
"""

from typing import Final, Literal

import msgspec

MAX_COMMAND: Final = 4 << 20  # bytes; more is no ticket but a host that has lost its mind

# Parameters of fixed number, after the two bytes of the command.
_FIXED: Final[dict[bytes, int]] = {
    **{b"\x1b" + bytes([c]): 0 for c in b"@2im<SL"},
    **{b"\x1b" + bytes([c]): 1 for c in b"!aEGtdJe3-MRrV{T%=U ?"},
    **{b"\x1b" + bytes([c]): 2 for c in b"$\\Bc"},
    **{b"\x1b" + bytes([c]): n for c, n in ((ord("p"), 3), (ord("W"), 8))},
    **{b"\x1c" + bytes([c]): 0 for c in b"&."},
    **{b"\x1c" + bytes([c]): 1 for c in b"!-WC"},
    **{b"\x1c" + bytes([c]): 2 for c in b"S"},
    **{b"\x1d" + bytes([c]): 0 for c in b":\x0c"},
    **{b"\x1d" + bytes([c]): 1 for c in b"!BHhwfbra/IT"},
    **{b"\x1d" + bytes([c]): 2 for c in b"LWP$\\"},
}
# Bytes needed to know the length of a command that carries its own.
_VARIABLE: Final = {
    b"\x1dv": 8,
    b"\x1d(": 5,
    b"\x1c(": 5,
    b"\x1d8": 7,
    b"\x1b*": 5,
    b"\x1dV": 3,
    b"\x1de": 3,
    b"\x1dk": 4,
    b"\x1bD": 3,
}
_SINGLE: Final = b"\n\r\t\x0c\x18"
_ASKED: Final = frozenset((1, 2, 3, 4, 0x14))  # n of DLE EOT n
_REAL_TIME: Final[dict[bytes, int]] = {b"\x10\x04": 1, b"\x10\x05": 1, b"\x10\x14": 3}


class Command(msgspec.Struct, frozen=True):
    """One command or character. `code`: its first two bytes, a control byte, or b"" for a character; `data`:
    parameters and payload, or the character's bytes; `raw`: all of it. `double` marks a character that was
    read in Chinese mode."""

    kind: Literal["text", "control", "real time", "unknown"]
    code: bytes
    data: bytes
    raw: bytes
    double: bool = False


class Parser:
    """Cuts a stream into commands, however it arrives; remembers only what a printer must: Chinese mode on or
    off.

    A question 10 04 n between two commands is a command of its own. Inside another command's parameters it is
    eaten by that command, as on a real printer; `RealTime` hears it there all the same.
    """

    def __init__(self, *, chinese: bool = True) -> None:
        self._pending = bytearray()
        self._need: int | None = None  # bytes of the pending command, once known
        self._chinese_at_start = chinese  # printers sold in China wake up in Chinese mode
        self._chinese = chinese

    @property
    def pending(self) -> bytes:
        """The bytes of a command that is not complete yet."""
        return bytes(self._pending)

    @property
    def in_payload(self) -> bool:
        """True inside the data of an image or symbol, where 10 04 is dots and not a question."""
        head = _VARIABLE.get(bytes(self._pending[:2]))
        return head is not None and len(self._pending) >= head

    def feed(self, data: bytes) -> list[Command]:
        """The commands that these bytes complete."""
        done: list[Command] = []
        for byte in data:
            self._pending.append(byte)
            while self._pending and self._complete(done):
                pass
        return done

    def _complete(self, done: list[Command]) -> bool:
        if self._need is None:
            self._need = self._length()
        if self._need is None or len(self._pending) < self._need:
            return False
        raw = bytes(self._pending[: self._need])
        del self._pending[: self._need]
        self._need = None
        done.append(self._command(raw))
        return True

    def _length(self) -> int | None:
        """Bytes of the command that begins at the front; None if that cannot be said yet."""
        data = self._pending
        first, two = data[0], len(data) > 1
        if first in b"\x1b\x1c\x1d":
            return self._escape_length(bytes(data)) if two else None
        if first == 0x10:
            return 2 + _REAL_TIME.get(bytes(data[:2]), -1) if two else None
        if first >= 0x81 and self._chinese:
            return (4 if 0x30 <= data[1] <= 0x39 else 2) if two else None
        return 1

    @staticmethod
    def _escape_length(data: bytes) -> int | None:
        code = data[:2]
        if code in _FIXED:
            return 2 + _FIXED[code]
        if code not in _VARIABLE:
            return 2  # unknown: nothing is guessed about parameters
        if len(data) < _VARIABLE[code]:
            return None
        if code == b"\x1bD" or (code == b"\x1dk" and data[2] < 65):  # up to a 00
            end = data.find(b"\0", _VARIABLE[code] - 1)
            return end + 1 if end >= 0 else None
        return min(_payload_length(code, data), MAX_COMMAND)

    def _command(self, raw: bytes) -> Command:
        code = raw[:2]
        if raw[0] in b"\x1b\x1c\x1d":
            if code in (b"\x1c&", b"\x1c."):
                self._chinese = code == b"\x1c&"
            elif code == b"\x1b@":
                self._chinese = self._chinese_at_start
            return Command("control" if code in _FIXED or code in _VARIABLE else "unknown", code, raw[2:], raw)
        if raw[0] == 0x10:
            return Command("real time" if code in _REAL_TIME else "unknown", code, raw[2:], raw)
        if len(raw) == 1 and raw[0] < 0x20:
            return Command("control" if raw in _SINGLE else "unknown", raw, b"", raw)
        return Command("text", b"", raw, raw, double=raw[0] >= 0x81 and self._chinese)


class RealTime:
    """Hears DLE EOT n at any point of the stream but inside image and symbol data, where 10 04 may be
    dots."""

    def __init__(self) -> None:
        self._last = b""

    def feed(self, byte: int, *, in_payload: bool) -> int | None:
        """The n that is asked with this byte, else None."""
        self._last = b"" if in_payload else (self._last + bytes([byte]))[-3:]
        if len(self._last) == 3 and self._last[:2] == b"\x10\x04" and byte in _ASKED:
            self._last = b""
            return byte
        return None


def _payload_length(code: bytes, data: bytes) -> int:
    """The whole length of a command that carries its own length; `data` has the head of it."""
    if code == b"\x1dv":  # GS v 0 m xL xH yL yH d…: x in bytes, y in dots
        return 8 + (data[4] | data[5] << 8) * (data[6] | data[7] << 8)
    if code in (b"\x1d(", b"\x1c("):  # GS ( fn pL pH …, and FS ( likewise
        return 5 + (data[3] | data[4] << 8)
    if code == b"\x1d8":  # GS 8 L p1 p2 p3 p4 …
        return 7 + int.from_bytes(data[3:7], "little")
    if code == b"\x1b*":  # ESC * m nL nH d…: columns of 8 or 24 dots
        return 5 + (data[3] | data[4] << 8) * (3 if data[2] >= 32 else 1)
    if code == b"\x1de":  # GS e n of kiosk presenters, or GS e 3 m
        return 4 if data[2] == 3 else 3
    if code == b"\x1dV":  # GS V m, or GS V m n for the modes that feed
        return 4 if data[2] in (65, 66, 97, 98, 103, 104) else 3
    return 4 + data[3]  # GS k m n d…
