"""What a station's process puts on the wire and hears, line by line in a file that outlives a kill -9."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct

from hall.messages import Cancel, Printed, Wish, decode_ask
from hall.model import Printing, RequestId, TicketId
from tests.crash.load import Witness


class Began(Struct, frozen=True, tag="began"):
    """The process starts."""


class Asked(Struct, frozen=True, tag="asked"):
    payload: bytes


class Answered(Struct, frozen=True, tag="answered"):
    payload: bytes


Line: TypeAlias = Began | Asked | Answered
_lines = msgspec.json.Decoder(Line)


class Writing(Witness):
    """A witness inside the process. A line is in the kernel's hands before the message it tells of."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._note(Began())

    def ask(self, payload: bytes) -> None:
        self._note(Asked(payload))

    def answer(self, payload: bytes) -> None:
        self._note(Answered(payload))

    def _note(self, line: Line) -> None:
        os.write(self._file, msgspec.json.encode(line) + b"\n")


class Reading(Witness):
    """The same, read by somebody else while it is written."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.lives = 0
        self._path = path
        self._asked_in: dict[RequestId, int] = {}  # request → life
        self._at = 0
        self._rest = b""

    def read(self) -> None:
        """Take in what is new."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._at)
            new = file.read()
        self._at += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            match _lines.decode(line):
                case Began():
                    self.lives += 1
                case Asked(payload):
                    self.ask(payload)
                case Answered(payload):
                    self.answer(payload)

    def ask(self, payload: bytes) -> None:
        super().ask(payload)
        self._asked_in[decode_ask(payload).id] = self.lives

    @property
    def operations(self) -> int:
        """Requests that were answered."""
        return len(self.answers)

    def reports(self) -> dict[TicketId, set[Printing]]:
        """What was told of each slip."""
        out: dict[TicketId, set[Printing]] = {}
        for ask in self.asked.values():
            if isinstance(ask.body, Printed):
                out.setdefault(ask.body.ticket, set()).add(ask.body.outcome)
        return out

    def open(self) -> dict[RequestId, bool]:
        """The requests without an outcome; True for a wish of a life that was cut short: nobody waits for it."""
        given_up = {ask.body.request: request for request, ask in self.asked.items() if isinstance(ask.body, Cancel)}
        return {
            request: isinstance(ask.body, Wish | Cancel) and self._asked_in[request] < self.lives
            for request, ask in self.asked.items()
            if given_up.get(request, request) not in self.answers
        }
