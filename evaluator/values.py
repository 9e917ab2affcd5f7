"""What the evaluator's flow knows, hears and wants: values only. What an applicant chose is readable in no `repr`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

from hall.happened import Common, Note
from hall.messages import Catalogue, WindowState
from hall.model import Badge, PostLetter, ServiceId, WindowNo
from hall.ratings import Level, Reasons


class Settings(Struct, frozen=True, kw_only=True):
    """How one window's evaluator behaves. Real seconds."""

    window: WindowNo
    reasons: Reasons
    wait_s: float = 60.0  # without a touch, then 未评价
    thanks_s: float = 3.0


class Private(Struct, frozen=True):
    """A value that logs and tracebacks must not tell."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class Chosen(Private, frozen=True):
    """The level that was pressed, and the reasons and own words so far."""

    level: Level
    reasons: frozenset[int] = frozenset()
    words: str = ""


class Asking(Struct, frozen=True, kw_only=True):
    """A service being rated. `touched`: monotonic time of the last touch; `clerk` and `letter` as they were when the
    service ended."""

    service: ServiceId
    touched: float
    clerk: Badge | None = None
    letter: PostLetter | None = None
    chosen: Chosen | None = None
    all_reasons: bool = False
    typing: bool = False  # a key of a keyboard was pressed: there is one


# --- events -------------------------------------------------------------------------------------------------


class LevelPressed(Private, frozen=True):
    """One of the five. `final`: from a pad with keys, which has no reasons to choose."""

    level: Level
    final: bool = False


class ReasonPressed(Private, frozen=True):
    """A reason is ticked, or no longer."""

    code: int


class Typed(Private, frozen=True):
    """One character of own words."""

    character: str


class Erased(Struct, frozen=True):
    """The last character is taken back."""


class MoreReasons(Struct, frozen=True):
    """All reasons of the level are to be shown."""


class Reconsidered(Struct, frozen=True):
    """Another level is to be chosen."""


class Submitted(Struct, frozen=True):
    """提交评价."""


Event: TypeAlias = LevelPressed | ReasonPressed | Typed | Erased | MoreReasons | Reconsidered | Submitted | Common


# --- effects ------------------------------------------------------------------------------------------------


class Spoken(StrEnum):
    """What the pad says: the key of its words and of its recording."""

    PLEASE_RATE = "please_rate"
    THANKS = "thanks"


class Prompt(Struct, frozen=True):
    """Effect: say it aloud, if there is a loudspeaker and a recording."""

    spoken: Spoken


class StartPad(Struct, frozen=True):
    """Effect: ask for a rating on the pad with keys, if there is one."""


Effect: TypeAlias = Note | Prompt | StartPad


class State(Struct, frozen=True, kw_only=True):
    """All the evaluator knows. `answered`: the last services that need no asking any more."""

    settings: Settings
    window: WindowState | None = None
    catalogue: Catalogue | None = None
    hub_here: bool = False
    asking: Asking | None = None
    thanked: float | None = None  # since when 谢谢 is shown
    answered: tuple[ServiceId, ...] = ()
