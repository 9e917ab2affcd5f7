"""What the caller's flow knows, hears and wants: values only."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from caller.secret import NOTHING, Secret, Typing
from hall.happened import Common, Want
from hall.keymap import Action
from hall.messages import Catalogue, WindowState
from hall.model import Badge, Disposition, MatterId, MissReason, WindowNo
from hall.said import Said


class Origin(StrEnum):
    """Where a press came from."""

    KEYPAD = "keypad"
    SCREEN = "screen"


class Manner(Struct, frozen=True, kw_only=True):
    """What a press means that says nothing more; None: ask."""

    finish: Disposition | None = None
    miss: MissReason | None = None
    next_finishes: Disposition | None = None  # how 下一位 ends the service in hand


class Settings(Struct, frozen=True, kw_only=True):
    """How one window's caller behaves."""

    window: WindowNo
    keypad: Manner = Manner(finish=Disposition.DONE, miss=MissReason.ABSENT, next_finishes=Disposition.DONE)
    screen: Manner = Manner()
    again_s: float = 1.0  # the same press again within this time is impatience, not a second wish
    entry_s: float = 30.0  # digits that nobody goes on typing are forgotten
    said_s: float = 12.0  # how long the message line stands


class TransferReason(StrEnum):
    """Why a ticket is passed on."""

    WRONG_MATTER = "wrong_matter"
    NEXT_STEP = "next_step"
    SPECIALIST = "specialist"
    KEYPAD = "keypad"  # a keypad cannot say


class HoldReason(StrEnum):
    """Why a ticket is set aside."""

    FORM = "form"
    COPIES = "copies"
    PAYMENT = "payment"
    MATERIALS = "materials"
    NONE = "none"  # nothing is said


# --- dialogues ----------------------------------------------------------------------------------------------


class Field(StrEnum):
    """What is being typed."""

    BADGE = "badge"
    PIN = "pin"
    NUMBER = "number"


class Entry(Struct, frozen=True, kw_only=True):
    """Digits being typed; a PIN lives no longer than this. `at` is the monotonic time of the last one."""

    field: Field
    origin: Origin
    at: float
    typed: Typing = NOTHING
    badge: Badge = ""  # whose PIN


class Choice(StrEnum):
    """What is being chosen from a list."""

    DISPOSITION = "disposition"
    MISS_REASON = "miss_reason"
    TARGET = "target"  # a window or a department
    WINDOW = "window"  # of many
    MATTER = "matter"  # of `department`
    TRANSFER_REASON = "transfer_reason"
    HOLD_REASON = "hold_reason"
    ASIDE = "aside"  # a number that this window has set aside


class Choosing(Struct, frozen=True, kw_only=True):
    """A list being shown, and what was chosen before it."""

    choice: Choice
    action: Action
    department: str = ""
    matter: MatterId | None = None
    to_window: WindowNo | None = None


class Stage(StrEnum):
    """Where the one wish in flight stands."""

    STRETCHING = "stretching"
    ASKED = "asked"
    WITHDRAWING = "withdrawing"


class Pending(Struct, frozen=True, kw_only=True):
    """The one wish in flight; `label` is the ticket that was in hand when it was made."""

    action: Action
    origin: Origin
    stage: Stage
    label: str = ""
    badge: Badge = ""


# --- words --------------------------------------------------------------------------------------------------


class Why(StrEnum):
    """Why an action is refused at the window itself, without asking the hub."""

    NOT_READY = "not_ready"
    HUB_AWAY = "hub_away"
    BUSY = "busy"
    UNKNOWN_KEY = "unknown_key"
    NO_PAD = "no_pad"
    NOT_SIGNED_IN = "not_signed_in"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    NOBODY_WAITING = "nobody_waiting"
    TICKET_IN_HAND = "ticket_in_hand"
    NO_TICKET_IN_HAND = "no_ticket_in_hand"
    NOT_STARTED = "not_started"
    ALREADY_STARTED = "already_started"
    CALL_AGAIN = "call_again"
    NOTHING_TO_UNDO = "nothing_to_undo"
    BADGE_SHORT = "badge_short"
    PIN_LENGTH = "pin_length"
    UNKNOWN_TARGET = "unknown_target"
    NOTHING_ASIDE = "nothing_aside"


# --- effects ------------------------------------------------------------------------------------------------


class Stretch(Struct, frozen=True, kw_only=True):
    """Effect: run hall.pin.client_key off the thread that owns the state; `Stretched` comes back."""

    badge: Badge
    pin: Typing
    salt: str


class WantSignIn(Struct, frozen=True, kw_only=True):
    """Effect: ask for SignIn; who makes the request id makes the proof with `key` (hall.pin.proof)."""

    window: WindowNo
    badge: Badge
    key: Secret[bytes]


class Signal(StrEnum):
    """What a keypad tells the clerk apart from numbers."""

    DONE = "done"
    FAILED = "failed"
    ATTENTION = "attention"  # somebody waits at a free window


class Feedback(Struct, frozen=True):
    """Effect: tell the clerk at the keypad."""

    signal: Signal


class Cells(Struct, frozen=True):
    """Effect: what the keypad shows: how many wait (None: dark), the last three digits of the ticket."""

    waiting: int | None = None
    ticket: str = ""


Effect: TypeAlias = Want | WantSignIn | Stretch | Feedback | Cells


# --- events -------------------------------------------------------------------------------------------------


class Pressed(Struct, frozen=True):
    """A key or button: an action, with the digits typed before it. None: a key string that means nothing."""

    action: Action | None
    typed: Typing = NOTHING
    origin: Origin = Origin.SCREEN


class Typed(Struct, frozen=True):
    """One character on the soft caller."""

    character: Typing


class Erased(Struct, frozen=True):
    """The last character is taken back."""


class Entered(Struct, frozen=True):
    """What was typed is complete."""


class Left(Struct, frozen=True):
    """A dialogue is left; nothing is wished."""


class Chose(Struct, frozen=True):
    """One of `caller.offers.options` by its id."""

    option: str


class Stretched(Struct, frozen=True):
    """The worker is done with a `Stretch`; None: it could not."""

    badge: Badge
    key: Secret[bytes] | None


Event: TypeAlias = Pressed | Typed | Erased | Entered | Left | Chose | Stretched | Common


class State(Struct, frozen=True, kw_only=True):
    """All the caller knows. `floor`: window states of an older revision are stale."""

    settings: Settings
    window: WindowState | None = None
    catalogue: Catalogue | None = None
    hub_here: bool = False
    floor: int = 0
    entry: Entry | None = None
    choosing: Choosing | None = None
    pending: Pending | None = None
    said: Said | None = None
    cells: Cells = Cells()
    last: tuple[Action, float] | None = None  # the last press that became a wish, and when
    pin_left_at: float | None = None  # when a keypad's PIN dialogue closed without a PIN: it may still be typed
