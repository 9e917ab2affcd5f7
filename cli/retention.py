"""`hall retention`: what the hub deleted when, what it still keeps, and backups that must forget too."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.language import LANGUAGE, Language
from hall.hours import local
from hall.model import Instant
from hall.station.settings import read_hall, read_hub, words
from hall.wording import Words
from hub.snapshot import Snapshot
from upkeep.aging import Aged, age
from upkeep.aside import age_aside
from upkeep.backup import PATTERN
from upkeep.examine import BACKUPS
from upkeep.layout import INSTALLED, Layout
from upkeep.provision import provisioned


def retention(
    conf: Annotated[Path, typer.Option("--conf", help="The directory of the hall's configuration.")] = INSTALLED.conf,
    backups: Annotated[
        Path | None, typer.Option(help="A directory of backups, such as a stick; default: those of every night.")
    ] = None,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Tell what was deleted and what is kept until when; delete from backups, and from what a restore moved aside, the
    texts whose date is over."""
    at, say, console = provisioned(conf), words("upkeep", language), Console()
    for line in _told(at, say):
        console.print(line, soft_wrap=True, highlight=False)
    forget(age_aside(at, now_ms()), say, console)
    place = backups or at.data / BACKUPS
    if not any(place.glob(PATTERN)):
        console.print(say("retention.no_backups", place=place), soft_wrap=True, highlight=False)
    elif not forget(age(place, now_ms()), say, console):
        console.print(Text(say("retention.backups_good", place=place), "green"), soft_wrap=True)


def now_ms() -> Instant:
    """This machine's clock."""
    return round(time.time() * 1000)


def forget(aged: Iterable[Aged], say: Words, console: Console) -> bool:
    """Tell from what texts are deleted whose date is over; whether there was anything to tell."""
    told = False
    for one in aged:
        told = True
        if one.trouble:
            text = Text(say("retention.backup_bad", path=one.path, reason=one.trouble), "bold yellow")
        else:
            text = Text(say("retention.backup_aged", path=one.path, count=one.deleted), "dim")
        console.print(text, soft_wrap=True)
    return told


def _told(at: Layout, say: Words) -> list[str]:
    settings = read_hub(at.hub)
    hall = read_hall(at.conf / settings.hall)
    rules, offset = hall.policy.retention, hall.utc_offset
    with Snapshot(at.conf / settings.data / "hub.db") as store:
        last, (texts, _), first = store.last_forgotten(), store.texts(0), store.first_text_until()
    lines = [say("retention.rules", at=rules.at, words_days=rules.words_days, logs_days=rules.logs_days)]
    if last is None:
        lines.append(say("retention.never"))
    else:
        when, event = last
        lines.append(say("retention.last", when=_clock(local(offset, when)), texts=event.texts, answers=event.answers))
    if first is not None:
        lines.append(say("retention.kept", texts=texts, until=_clock(local(offset, first))))
    else:
        lines.append(say("retention.none"))
    return lines


def _clock(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M}"
