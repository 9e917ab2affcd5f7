"""`hall check`: the mistakes of a hall file, or what its manager should know of it."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.photos import judged
from hall.errors import BadFile
from hall.findings import Finding, Severity, findings, named
from hall.hours import day_of
from hall.model import Day, Hall
from hall.photo import DIRECTORY
from hall.station.settings import read_hall, words

GOOD, MISTAKES, WARNINGS = 0, 1, 2  # exit codes
STYLES = {Severity.WARNING: "bold yellow", Severity.INFO: "dim"}


def check(file: Path, console: Console, *, language: str = "zh", strict: bool = False, day: Day = "") -> int:
    """Print what is wrong or found; the exit code. `day` (default: today in the hall) judges the holidays."""
    say = words("findings", language)
    try:
        hall = read_hall(file)
    except BadFile as error:
        console.print(Text(say("mistakes", file=file, count=len(error.mistakes)), "bold red"), soft_wrap=True)
        for mistake in error.mistakes:
            console.print(Text(mistake), soft_wrap=True)
        return MISTAKES
    today = day or day_of(hall.utc_offset, time.time_ns() // 1_000_000)
    found = findings(hall, today, judged(file.parent / DIRECTORY))
    _print(hall, found, language, console)
    return WARNINGS if strict and any(f.severity is Severity.WARNING for f in found) else GOOD


def _print(hall: Hall, found: tuple[Finding, ...], language: str, console: Console) -> None:
    say = words("findings", language)
    kinds = ("departments", "matters", "zones", "windows", "clerks", "stations")
    if found:
        table = Table(title=say("title", hall=hall.name), border_style="blue", title_justify="left")
        table.add_column(say("column.severity"), no_wrap=True)
        table.add_column(say("column.where"), overflow="fold", style="cyan")
        table.add_column(say("column.what"), overflow="fold", ratio=1)
        for finding in found:
            kind = Text(say(f"severity.{finding.severity}"), STYLES[finding.severity])
            table.add_row(
                kind, Text(finding.where), Text(say(f"finding.{finding.code}", **named(hall, finding, language)))
            )
        console.print(table)
    else:
        console.print(Text(say("title", hall=hall.name), "italic"))
        console.print(say("none"), style="green")
    console.print(say("hall", **{kind: len(getattr(hall, kind)) for kind in kinds}), style="dim", soft_wrap=True)
    warnings = sum(f.severity is Severity.WARNING for f in found)
    console.print(say("counts", warnings=warnings, infos=len(found) - warnings), soft_wrap=True, highlight=False)
