"""What every press at the guide desk comes to: another page, a sentence, a wish. Pure."""

from __future__ import annotations

from typing import TypeAlias

from msgspec.structs import replace

from guidedesk.values import NO_ORDER, GuideDesk, Intend, PageName, Print, Report, Stage
from hall.happened import Want
from hall.messages import Body, CheckIn, Reprint, TakeTicket
from hall.said import Said, Tone

Effect: TypeAlias = Want | Intend | Print | Report
Stepped: TypeAlias = tuple[GuideDesk, tuple[Effect, ...]]


def turned(state: GuideDesk, page: PageName, mono: float) -> GuideDesk:
    """Another page, from its first leaf."""
    return replace(state, page=page, since=mono, leaf=0)


def cleared(state: GuideDesk) -> GuideDesk:
    """Nothing chosen, typed or found."""
    return replace(
        state,
        department=None,
        matter=None,
        order=NO_ORDER,
        is_adding=False,
        found=None,
        typed="",
        plan=None,
        window=None,
        extra=(),
        leave=None,
    )


def said(state: GuideDesk, tone: Tone, key: str, mono: float, **values: str) -> GuideDesk:
    """The state with this message line."""
    line = Said(tone=tone, room="guidedesk", key=f"said.{key}", at=mono, values=tuple(values.items()))
    return replace(state, said=line)


def asked(state: GuideDesk, wish: Body, mono: float) -> Stepped:
    """The one wish in flight, unless the hub is away, another wish is, or a slip is being printed."""
    gives_number = isinstance(wish, TakeTicket | Reprint | CheckIn)
    why = "hub_away" if not state.hub_here else "busy" if not state.ready else ""
    if not why and gives_number and state.job is not None and state.job.stage is Stage.PRINTING:
        why = "printing"
    if why:
        return said(state, Tone.BAD, why, mono), ()
    return replace(said(state, Tone.BUSY, "asking", mono), wish=wish), (Want(wish),)
