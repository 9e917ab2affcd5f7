"""What the world knew when the power went: the transcript up to that moment, sorted."""

from __future__ import annotations

import msgspec

from hall.errors import BadMessage
from hall.messages import About, Answer, Issued, Refused, Say, decode, decode_ask
from hall.model import RequestId, StationId
from hall.topics import ABOUT, ANSWER, CATALOGUE, CLOCK, SAY, STATE, Topic, Tree
from hub.writer import Heard
from testbed.powercut.life import Acked, Asked, Began, Line, Told

Key = tuple[StationId, RequestId]
UNKEPT = ("malformed", "oversized")  # refused without a trace, by contract
UNREVISED: tuple[Topic, ...] = (STATE, CLOCK, CATALOGUE)
_line = msgspec.json.Decoder(Line)


class Revised(msgspec.Struct, frozen=True):
    """What every retained state of the floor has."""

    rev: int


class Promises:
    """Everything told, and everything asked that may still come again."""

    def __init__(self, hall: str) -> None:
        self.answers: dict[Key, bytes] = {}
        self.numbers: dict[Key, Issued] = {}  # answers that gave a number
        self.calls: dict[str, int] = {}  # service → the call announced last
        self.asked: dict[Key, Heard] = {}
        self.acked: list[Key] = []
        self.rev = 0  # the latest row of the log that a state was drawn from
        self.boot = 0  # the latest start that was told
        self._tree = Tree(hall)
        self._by_mid: dict[int, Key | None] = {}

    def note(self, line: bytes) -> None:
        """One more line of the transcript. Raises ValueError for one that is none."""
        match _line.decode(line):
            case Began():
                self._by_mid.clear()  # messages are counted anew
            case Asked(mid, topic, payload):
                self._asked(mid, Heard(self._tree.read(topic)[1], payload))
            case Acked(mid):
                key = self._by_mid[mid]
                if key is not None:
                    self.acked.append(key)
            case Told(topic, payload):
                self._told(*self._tree.read(topic), payload)

    def _asked(self, mid: int, heard: Heard) -> None:
        try:
            key = self._by_mid[mid] = (heard.station, decode_ask(heard.payload).id)
        except BadMessage:
            self._by_mid[mid] = None  # no request: its refusal leaves no trace, by contract
            return
        self.asked[key] = heard

    def _told(self, topic: Topic, subject: str, payload: bytes) -> None:
        if topic is ANSWER:
            answer = decode(payload, Answer)
            if not isinstance(answer.reply, Refused) or answer.reply.code not in UNKEPT:
                key = (subject, answer.id)
                self.answers[key] = payload
                if isinstance(answer.reply, Issued) and not answer.reply.reprint:
                    self.numbers[key] = answer.reply
        elif topic is SAY:
            service, _, call = decode(payload, Say).id.rpartition("~")
            self.calls[service] = max(self.calls.get(service, 0), int(call))
        elif topic is ABOUT:
            self.boot = max(self.boot, decode(payload, About).boot)
        elif topic not in UNREVISED:
            self.rev = max(self.rev, msgspec.json.decode(payload, type=Revised).rev)
