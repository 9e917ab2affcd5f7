"""Who holds which post (AB岗) on which days, and who may stand in for whom: pure, one rule for hub and guide desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from hall.model import Badge, Day, PostLetter, WindowNo


class Held(Protocol):
    """A post as the hall file has it, or as the catalogue lists it; `since` and `until` are days included, or empty."""

    @property
    def window(self) -> WindowNo: ...
    @property
    def letter(self) -> PostLetter: ...
    @property
    def badge(self) -> Badge: ...
    @property
    def since(self) -> Day: ...
    @property
    def until(self) -> Day: ...


def is_held(post: Held, day: Day) -> bool:
    """Whether it is held on a day."""
    return post.since <= day and (not post.until or day <= post.until)


def leaves_bare(posts: Iterable[Held], badge: Badge, first: Day, last: Day) -> tuple[WindowNo, ...]:
    """The windows whose A post a clerk holds on one of the days from `first` to `last`: all of them need a stand-in."""
    return tuple(
        dict.fromkeys(
            p.window
            for p in posts
            if (p.badge, p.letter) == (badge, PostLetter.A) and p.since <= last and (not p.until or first <= p.until)
        )
    )


def uncovered(
    posts: Iterable[Held], windows: Iterable[WindowNo], stand_in: Badge, first: Day, last: Day
) -> list[WindowNo]:
    """Those of the windows whose B post `stand_in` does not hold from the first day to the last."""
    covered = {
        p.window
        for p in posts
        if (p.badge, p.letter) == (stand_in, PostLetter.B) and is_held(p, first) and is_held(p, last)
    }
    return [number for number in windows if number not in covered]


def stand_ins(posts: Sequence[Held], badge: Badge, first: Day, last: Day) -> tuple[Badge, ...]:
    """Who may take over from a clerk on these days, as far as posts decide; nobody where no window is left bare."""
    bare = leaves_bare(posts, badge, first, last)
    others = dict.fromkeys(p.badge for p in posts if p.letter is PostLetter.B and p.badge != badge)
    return tuple(b for b in others if bare and not uncovered(posts, bare, b, first, last))
