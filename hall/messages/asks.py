"""What stations ask: wishes of people, facts that happened, and their envelope."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from hall.model import (
    Badge,
    Disposition,
    Instant,
    MatterId,
    MissReason,
    Printing,
    PriorityId,
    RequestId,
    ServiceId,
    TicketId,
    WindowNo,
    ZoneId,
)


class Wish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="ask"):
    """Something a person wants now."""


class WindowWish(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish of the staff at a window."""

    window: WindowNo


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="ask"):
    """Something that happened at a station; kept there until the hub has noted it."""


class TakeTicket(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="take_ticket"):
    """取号 for a matter, and for more of them after it. One may ask for a window or a clerk; a class of 绿色通道 is
    given by the guide desk, or by the kiosk where the hall allows it."""

    matter: MatterId
    priority: PriorityId = ""
    for_window: WindowNo | None = None
    for_clerk: Badge | None = None
    further: tuple[MatterId, ...] = ()


class Reprint(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="reprint"):
    """补打: the same number on a second slip, marked as such."""

    ticket: TicketId


class SignIn(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sign_in"):
    """A clerk takes a window; `proof` shows knowledge of the PIN without carrying it (hall.pin)."""

    badge: Badge
    proof: str


class SignOut(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sign_out"):
    """The clerk leaves the window."""


class Next(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="next"):
    """下一位. With `finishing`, the service in hand ends with that disposition first (keypads have no finish key)."""

    finishing: Disposition | None = None


class CallNumber(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="call_number"):
    """Call one waiting number out of turn; logged as such. `label` as printed, or its digits alone if unambiguous."""

    label: str


class Recall(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="recall"):
    """重新呼叫 the ticket in hand."""


class Start(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="start"):
    """The applicant has come."""


class Finish(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="finish"):
    """The service ends."""

    disposition: Disposition


class NoShow(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="no_show"):
    """过号."""

    reason: MissReason


class Transfer(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="transfer"):
    """转发 to a matter or to a window, keeping the place by arrival."""

    reason: str
    matter: MatterId | None = None
    to_window: WindowNo | None = None


class Hold(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="hold"):
    """挂起: the ticket in hand is set aside (a form to fill in); `CallNumber` takes it up again at this window."""

    reason: str = ""


class ComeBack(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="come_back"):
    """Someone who was missed, or set aside, stands here again: the ticket waits as the hall's policy says."""

    label: str


class TakeLeave(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="take_leave"):
    """请假, entered by the manager: half a day and more needs the B post as `stand_in`."""

    badge: Badge
    begins: Instant
    ends: Instant
    stand_in: Badge = ""


class SetWindow(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="set_window"):
    """The manager opens a window outside its hours for some minutes, with `matters` beside its own; or closes it."""

    number: WindowNo
    minutes: float
    closed: bool = False
    matters: tuple[MatterId, ...] = ()


class Book(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="book"):
    """预约. `person` is a salted digest made by the adapter: who it is never comes here. `code` is what the visitor
    will check in with."""

    code: str
    person: str
    matter: MatterId
    slot: Instant


class CancelBooking(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cancel_booking"):
    """Give a booking up."""

    code: str


class CheckIn(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="check_in"):
    """One who has booked is here: the booking becomes a ticket."""

    code: str


class Pause(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="pause"):
    """暂停叫号."""

    reason: str = ""


class Resume(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="resume"):
    """开始叫号."""


class Undo(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="undo"):
    """Take the last press back, within the policy's seconds."""


class Cancel(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cancel"):
    """A station gives up a wish of its own that got no answer in time."""

    request: RequestId


class Printed(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="printed"):
    """How the slip of a ticket ended: on paper, unknown, or void (nothing came out)."""

    ticket: TicketId
    outcome: Printing
    reason: str = ""


class CallStaff(WindowWish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="call_staff"):
    """The quiet key at a window: the manager is alarmed, nothing shows in the hall."""


class SetEmergency(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="set_emergency"):
    """Call out an emergency in a zone (None: all), or end it with an empty text."""

    text: str
    zone: ZoneId | None = None


class EndAlert(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="end_alert"):
    """A person has seen to it."""

    alert: str


class Find(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="find"):
    """Look a number up (lost slip)."""

    label: str


class Rated(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="rated"):
    """评价 of a service at its window: level 1 to 5 with reasons and own words, or 0: nobody touched the pad."""

    service: ServiceId
    level: int
    reasons: tuple[int, ...] = ()
    version: str = ""
    words: str = ""


class Health(StrEnum):
    """Health of a device or station."""

    READY = "ready"
    DEGRADED = "degraded"
    LOST = "lost"


class DeviceSeen(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="device_seen"):
    """A device of the station changed its health; `reason` is a code such as `paper_out`."""

    device: str
    health: Health
    reason: str = ""


Body: TypeAlias = (
    TakeTicket | Reprint | SignIn | SignOut | Next | CallNumber | Recall | Start | Finish | NoShow | Transfer
    | Pause | Resume | Undo | Cancel | Printed | DeviceSeen | CallStaff | SetEmergency | EndAlert | Find | Rated
    | Hold | ComeBack | TakeLeave | SetWindow | Book | CancelBooking | CheckIn
)  # fmt: skip


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The envelope of a request. `not_after` is hub time: set on every wish, absent on every fact."""

    id: RequestId
    body: Body
    not_after: Instant | None = None
