"""What deciding takes and gives: plain values shared by the rooms of the hub's rules."""

from __future__ import annotations

from msgspec import Struct

from hall.errors import HallError
from hall.events import AnyEvent
from hall.messages import AnyReply, Body, Refusal, Refused
from hall.model import Instant, RequestId, StationId, WindowNo


class Asked(Struct, frozen=True, kw_only=True):
    """A request as the rules see it. `proven`: the PIN proof of a sign-in held. `earlier`: for a withdrawal, the
    reply its wish got, if it got one."""

    station: StationId
    id: RequestId
    body: Body
    not_after: Instant | None = None
    proven: bool = False
    earlier: AnyReply | None = None


class Personal(Struct, frozen=True, kw_only=True):
    """A personal text that no event holds; deleted after its time."""

    key: str
    kind: str
    text: str
    delete_after: Instant


class Decision(Struct, frozen=True, kw_only=True):
    """Events to commit, then the reply. Without a reply, `window` is told as it stands after the events."""

    events: tuple[AnyEvent, ...] = ()
    reply: AnyReply | None = None
    window: WindowNo | None = None
    personal: tuple[Personal, ...] = ()


class Refuse(HallError, ValueError):
    """Raised by a rule: nothing happens, the asker is told why."""

    def __init__(self, code: Refusal, detail: str = "", until: Instant | None = None) -> None:
        super().__init__(f"{code}: {detail}")
        # What an asker sent may be thousands of characters; a refusal is kept for a week.
        self.reply = Refused(code=code, detail=detail[:200], until=until)
