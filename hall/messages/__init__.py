"""What goes over the wire: every request, reply, moment and retained state. Nothing else is ever sent.

A *wish* (take a ticket, next, recall) carries `not_after` in hub time; a late one is refused. A *fact* (printed,
device trouble) happened and never expires. Requests carry an id made once: a repeat gets the same answer.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from hall.errors import BadMessage
from hall.messages.asks import (
    Ask,
    Body,
    Book,
    CallNumber,
    CallStaff,
    Cancel,
    CancelBooking,
    CheckIn,
    ComeBack,
    DeviceSeen,
    EndAlert,
    Fact,
    Find,
    Finish,
    Health,
    Hold,
    Next,
    NoShow,
    Pause,
    Printed,
    Rated,
    Recall,
    Reprint,
    Resume,
    SetEmergency,
    SetWindow,
    SignIn,
    SignOut,
    Start,
    TakeLeave,
    TakeTicket,
    Transfer,
    Undo,
    WindowWish,
    Wish,
)
from hall.messages.replies import (
    Answer,
    AnyReply,
    Done,
    Found,
    Issued,
    Noted,
    Refusal,
    Refused,
    Reply,
    Withdrawal,
    Withdrawn,
)
from hall.messages.told import (
    About,
    AlertState,
    Aside,
    BoardRow,
    BoardState,
    Caption,
    Card,
    Catalogue,
    Clock,
    EmergencyState,
    Hosted,
    InHand,
    Life,
    ListedDepartment,
    ListedMatter,
    ListedPost,
    ListedPriority,
    ListedWindow,
    ListedZone,
    OpenState,
    Retained,
    Say,
    StationState,
    WindowState,
)

__all__ = [
    "MAX_MESSAGE_BYTES",
    "About",
    "AlertState",
    "Anonymous",
    "Answer",
    "AnyReply",
    "Aside",
    "Ask",
    "BoardRow",
    "BoardState",
    "Body",
    "Book",
    "CallNumber",
    "CallStaff",
    "Cancel",
    "CancelBooking",
    "Caption",
    "Card",
    "Catalogue",
    "CheckIn",
    "Clock",
    "ComeBack",
    "DeviceSeen",
    "Done",
    "EmergencyState",
    "EndAlert",
    "Fact",
    "Find",
    "Finish",
    "Found",
    "Health",
    "Hold",
    "Hosted",
    "InHand",
    "Issued",
    "Life",
    "ListedDepartment",
    "ListedMatter",
    "ListedPost",
    "ListedPriority",
    "ListedWindow",
    "ListedZone",
    "Next",
    "NoShow",
    "Noted",
    "OpenState",
    "Pause",
    "Printed",
    "Rated",
    "Recall",
    "Refusal",
    "Refused",
    "Reply",
    "Reprint",
    "Resume",
    "Retained",
    "Say",
    "Sent",
    "SetEmergency",
    "SetWindow",
    "SignIn",
    "SignOut",
    "Start",
    "StationState",
    "TakeLeave",
    "TakeTicket",
    "Transfer",
    "Undo",
    "WindowState",
    "WindowWish",
    "Wish",
    "Withdrawal",
    "Withdrawn",
    "decode",
    "decode_ask",
    "encode",
    "id_in",
]

MAX_MESSAGE_BYTES = 16_384  # of a request; the broker itself refuses above message_size_limit

Sent: TypeAlias = (
    Ask | Answer | Retained | WindowState | BoardState | Catalogue | OpenState | AlertState | StationState | About
    | Clock | Say | EmergencyState | Caption
)  # fmt: skip

_encoder = msgspec.json.Encoder(order="deterministic")
_decode_ask = msgspec.json.Decoder(Ask)
T = TypeVar("T")


class Anonymous(Struct, frozen=True):
    """The least that can be read of a broken request: whom to answer."""

    id: str = ""


_decode_id = msgspec.json.Decoder(Anonymous)


def encode(message: Sent) -> bytes:
    """The message as JSON bytes."""
    return _encoder.encode(message)


def decode_ask(payload: bytes) -> Ask:
    """The request in `payload`. Raises BadMessage with the reason and path."""
    if len(payload) > MAX_MESSAGE_BYTES:
        raise BadMessage(f"oversized: {len(payload)} bytes, at most {MAX_MESSAGE_BYTES}")
    try:
        ask = _decode_ask.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(f"not a request: {error}") from error
    if not 1 <= len(ask.id) <= 64:
        raise BadMessage("id must have 1 to 64 characters")
    if isinstance(ask.body, Wish) and ask.not_after is None:
        raise BadMessage("a wish must carry not_after")
    return ask


def id_in(payload: bytes) -> str:
    """The id of a broken request if one can be read, else an empty string."""
    try:
        found = _decode_id.decode(payload).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # the last: brackets by the thousand
        return ""
    return found if len(found) <= 64 else ""


def decode(payload: bytes, kind: type[T]) -> T:
    """The message of `kind` in `payload`. Raises BadMessage."""
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(f"not a {kind.__name__}: {error}") from error
