"""How a replayed day reconciles, as a table for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hall.wording import Words

MOST: Final = 20  # differences that are told in the table; all are in the file
PLAIN: Final = (
    "arrived", "refused", "tickets", "on_paper", "unknown", "void", "reprinted", "called", "announced", "expired",
    "on_bar", "superseded", "on_board", "board_pictures_read", "served", "no_show", "left", "joint", "services",
    "rated", "unrated", "lost", "duplicates", "double_calls",
)  # fmt: skip


def told(result: dict[str, Any], hall: str, words: Words, console: Console, path: Path) -> int:
    """Print it; the exit status: 1 on any difference."""
    table = Table(title=words("title", hall=hall), show_header=False, border_style="blue")
    for key in PLAIN:
        value = result[key]
        if isinstance(value, dict):
            parts = ", ".join(f"{reason} {count}" for reason, count in value.items())
            table.add_row(words(f"count.{key}"), f"{sum(value.values())}" + (f" ({parts})" if parts else ""))
        else:
            table.add_row(words(f"count.{key}"), str(value))
    differences = result["differences"]
    verdict = words("bad", count=len(differences)) if differences else words("good")
    table.add_row("", Text(verdict, "bold red" if differences else "green"))
    table.add_row("", words("exceptions", count=len(result["exceptions"])))
    if result["run"]["faults_seed"] is not None:
        table.add_row("", words("faults", count=len(result["faults"]), seed=result["run"]["faults_seed"]))
    run = result["run"]
    minutes = f"{run['real_s'] / 60:.1f}"
    queue = run["longest_queue_at_the_kiosks"]
    table.add_row("", words("run", speed=f"{run['speed']:g}", minutes=minutes, queue=queue))
    console.print(table)
    for row in differences[:MOST]:
        console.print(f"{words('difference')}: {row.get('at', '')} {row['what']}", style="red", highlight=False)
    if len(differences) > MOST:
        console.print(words("more", count=len(differences) - MOST), style="red")
    console.print(words("again", path=path), style="dim", soft_wrap=True)
    return 1 if differences else 0
