"""The documents that are drawn from the code: `python -m cli.drawing docs` writes them; a test compares."""

from __future__ import annotations

import sys
from pathlib import Path

from hall.lifecycle import BOOKING, DESK, PRINTING, SERVICE, TICKET, Table

LIFECYCLES = (
    (
        "Ticket 号票",
        "Where a ticket stands. Served, no_show, left and void are ends. A joint matter (联办) goes on from its host "
        "to each part and back to the host; a next matter of the same number goes on likewise.",
        TICKET,
    ),
    ("Printing 出票", "Where its paper stands: every number ends on paper, unknown or void.", PRINTING),
    ("Service 办理", "One ticket, matter, window and clerk. A rating belongs to a finished service.", SERVICE),
    ("Booking 预约", "Who booked comes, gives it up in time, or is a no-show.", BOOKING),
    ("Window 窗口", "What a window is doing. Signing in starts paused.", DESK),
)


def lifecycles() -> str:
    """docs/lifecycles.md."""
    parts = ["# Lifecycles\n\nDrawn from the tables in `hall/lifecycle.py` by `python -m cli.drawing docs`.\n"]
    for title, sentence, table in LIFECYCLES:
        parts.append(f"## {title}\n\n{sentence}\n\n```mermaid\n{_diagram(table)}```\n")
    return "\n".join(parts)


def _diagram(table: Table) -> str:  # type: ignore[type-arg]
    first = next(iter(table))
    lines = ["stateDiagram-v2", "    direction LR", f"    [*] --> {first}"]
    for state, moves in table.items():
        lines += [f"    {state} --> {after}: {move}" for move, after in moves.items()]
        if not moves:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every drawn document into a directory."""
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else "docs")
    (directory / "lifecycles.md").write_text(lifecycles(), encoding="utf-8")


if __name__ == "__main__":
    main()
