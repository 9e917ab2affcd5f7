"""Documents drawn from the code are as the code draws them."""

from __future__ import annotations

from pathlib import Path

from cli.drawing import lifecycles
from hall.lifecycle import TICKET

DOCS = Path(__file__).parents[2] / "docs"


def test_lifecycles_are_as_drawn() -> None:
    assert (DOCS / "lifecycles.md").read_text(encoding="utf-8") == lifecycles()


def test_every_move_of_a_ticket_is_an_arrow() -> None:
    drawn = lifecycles()
    for state, moves in TICKET.items():
        for move, after in moves.items():
            assert f"{state} --> {after}: {move}" in drawn
