"""What the voice knows and says: announcements, state, events and effects. Pure values."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from hall.happened import Common
from hall.messages import Caption, EmergencyState, Say
from hall.model import ZoneId


class Wording(Struct, frozen=True):
    """A language of the voice: its sentence, how characters and numbers are spoken, and the engine's voice."""

    language: str
    call: str  # with {label} and {window}
    spoken: dict[str, str]
    ten: str
    hundred: str
    voice: str
    rate: int  # words a minute


class Clip(Struct, frozen=True):
    """A piece that is recorded once and used in many sentences."""

    language: str
    text: str


class Tone(StrEnum):
    """What sounds before the first word."""

    NONE = "none"
    CHIME = "chime"
    ALARM = "alarm"


class Sentence(Struct, frozen=True):
    """What is said in one breath: `text` as people read it, `clips` as it is put together."""

    language: str
    text: str
    clips: tuple[Clip, ...]


class Announcement(Struct, frozen=True, kw_only=True):
    """Everything that is said of one call, repeats and languages included; `say` is empty for an emergency."""

    say: str
    zone: ZoneId
    tone: Tone
    sentences: tuple[Sentence, ...]


class Manner(Struct, frozen=True):
    """How this zone is spoken to: its languages in their order, and whether a chime comes first."""

    zone: ZoneId
    wordings: tuple[Wording, ...]
    chime: bool = True


# --- events of the voice's own; the others are in hall.happened ---------------------------------------


class Began(Struct, frozen=True):
    """A sentence of the announcement with that token begins to sound."""

    token: int
    sentence: int


class Ended(Struct, frozen=True):
    """The announcement is over, or was cut; `begun`: how many of its sentences had begun."""

    token: int
    begun: int


Event: TypeAlias = Common | Began | Ended


# --- effects ------------------------------------------------------------------------------------------


class Prepare(Struct, frozen=True):
    """These clips will be needed now: record those that are not there before all others."""

    clips: tuple[Clip, ...]


class Play(Struct, frozen=True):
    """Sound this; `Began` and `Ended` will carry the token. Never asked for before the one before ended or was cut."""

    token: int
    announcement: Announcement


class Cut(Struct, frozen=True):
    """Stop the announcement with that token at once; its `Ended` still comes."""

    token: int


class Show(Struct, frozen=True):
    """Tell every screen of the zone what is being said."""

    caption: Caption


Effect: TypeAlias = Prepare | Play | Cut | Show


# --- state --------------------------------------------------------------------------------------------


class Playing(Struct, frozen=True):
    """What sounds now; `call` is None for an emergency."""

    token: int
    announcement: Announcement
    call: Say | None
    captioned: bool = False


class Voice(Struct, frozen=True):
    """The voice of one zone."""

    manner: Manner
    queue: tuple[Say, ...] = ()
    had: tuple[str, ...] = ()  # ids, oldest first
    playing: Playing | None = None
    cut: Playing | None = None  # a call that an emergency cut into, until the player tells how far it came
    emergency: EmergencyState | None = None
    again_at: float = 0.0  # monotonic seconds: when the emergency may be said again
    token: int = 0  # of the last `Play`
