"""`hall day`: the report of a day."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.inwords import InWords
from hall.hours import local
from hall.station.settings import words
from hall.wording import Words
from upkeep.dayreport import DayReport


def show(report: DayReport, utc_offset: str, console: Console, language: str) -> None:
    """Print it."""
    say = words("day", language)
    console.print(Text(say("title", hall=report.hall, day=report.day), "bold"))
    console.print(_figures(report, say))
    console.print(_windows(report, say))
    if report.alerts:
        console.print(_alerts(report, utc_offset, say, InWords(language)))
    if report.sealed is None:
        console.print(Text(say("unsealed"), "yellow"))
    else:
        told = say("sealed", seq=report.sealed.seq, hash=report.sealed.hash.hex())
        console.print(Text(told, "green"), soft_wrap=True)


def _minutes(value: float | None, say: Words) -> str:
    return say("none") if value is None else f"{value:.1f}"


def _figures(report: DayReport, say: Words) -> Table:
    table = Table(show_header=False, border_style="blue")
    rows = [("issued", str(report.issued)), *((state, str(count)) for state, count in report.ends.items())]
    rows += [("open", str(report.open)), ("unknown_prints", str(report.unknown_prints))]
    rows += [("reprints", str(report.reprints)), ("wait", _minutes(report.wait_minutes, say))]
    rows += [("longest", _minutes(report.longest_wait_minutes, say))]
    for name, value in rows:
        table.add_row(say(f"figure.{name}"), value)
    return table


def _windows(report: DayReport, say: Words) -> Table:
    table = Table(title=say("windows.title"), title_justify="left", border_style="blue")
    for column in ("number", "services", "minutes"):
        table.add_column(say(f"windows.{column}"))
    for window in report.windows:
        table.add_row(str(window.window), str(window.services), _minutes(window.minutes, say))
    return table


def _alerts(report: DayReport, utc_offset: str, say: Words, plain: InWords) -> Table:
    table = Table(title=say("alerts.title"), title_justify="left", border_style="blue")
    for column in ("from", "until", "what"):
        table.add_column(say(f"alerts.{column}"), overflow="fold")
    for alert in report.alerts:
        until = say("standing") if alert.ended_at is None else f"{local(utc_offset, alert.ended_at):%H:%M}"
        table.add_row(
            f"{local(utc_offset, alert.started_at):%H:%M}", until, plain.alert(alert.kind, alert.subject, alert.detail)
        )
    return table
