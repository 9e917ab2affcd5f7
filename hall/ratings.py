"""满意度评价: the five levels, the platform's reasons by version, and what a rating must be to count.

The reasons are data (`words/<language>/ratings.toml`), in the order in which they are shown. A code's first digit is
its level.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from msgspec import Struct

from hall.messages import Rated
from hall.wording import Words

Level: TypeAlias = int  # 5 非常满意 … 1 非常不满意; 0 未评价
LEVELS: Final[tuple[Level, ...]] = (5, 4, 3, 2, 1)  # in the order in which they are shown
UNRATED: Final[Level] = 0  # nobody touched the pad: counted apart, never taken for a level
BAD: Final[frozenset[Level]] = frozenset({1, 2})  # 差评
SHORT_LIST: Final = 3  # reasons of a level that are shown first
MAX_WORDS: Final = 150  # characters of own words


class Reasons(Struct, frozen=True):
    """One version of the list: the codes of each level, in the order in which they are shown."""

    version: str
    codes: dict[Level, tuple[int, ...]]

    def of(self, level: Level) -> tuple[int, ...]:
        """All reasons of a level."""
        return self.codes.get(level, ())

    def first(self, level: Level) -> tuple[int, ...]:
        """The short list of a level."""
        return self.of(level)[:SHORT_LIST]


class BadRating(StrEnum):
    """Why a rating does not count."""

    LEVEL = "level"  # no level there is
    VERSION = "version"  # reasons of a list nobody knows
    REASON = "reason"  # a reason of another level, of no level, or twice
    WORDS = "words"  # own words too long
    EMPTY_HANDED = "empty_handed"  # 未评价 with reasons or words


def reasons_in(words: Words) -> Reasons:
    """The list that a ratings file holds. Raises MissingWords if it has no version."""
    codes: dict[Level, tuple[int, ...]] = {}
    for key in words.keys():  # noqa: SIM118 (Words is no dict)
        room, _, code = key.partition(".")
        if room == "reason":
            level = level_of(int(code))
            codes[level] = (*codes.get(level, ()), int(code))
    return Reasons(words("version"), codes)


def level_of(code: int) -> Level:
    """The level that a reason belongs to."""
    return code // 100


def fault_in(rated: Rated, known: Mapping[str, Reasons]) -> BadRating | None:
    """What is wrong with a rating, None if it counts. `known`: the lists by version; a rating without reasons needs
    none."""
    if rated.level not in (*LEVELS, UNRATED):
        return BadRating.LEVEL
    if rated.level == UNRATED:
        return BadRating.EMPTY_HANDED if rated.reasons or rated.words else None
    if len(rated.words) > MAX_WORDS:
        return BadRating.WORDS
    if not rated.reasons:
        return None
    if rated.version not in known:
        return BadRating.VERSION
    there = known[rated.version].of(rated.level)
    unique = len(set(rated.reasons)) == len(rated.reasons)
    return None if unique and set(rated.reasons) <= set(there) else BadRating.REASON
