"""`hall status`: stations, devices, windows and queues as they are, in one table that keeps itself up to date."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.inwords import InWords
from hall.hours import local
from hall.messages import Health, Life
from hall.station.settings import words
from hall.wording import Words
from upkeep.picture import Picture, StationSeen, hub_is_here

REFRESH_S = 1.0
LIFE = {Life.READY: "green", Life.LOST: "bold red", None: "dim", Life.DEGRADED: "bold yellow", Life.INIT: "yellow"}
HEALTH = {Health.READY: "green", Health.DEGRADED: "bold yellow", Health.LOST: "bold red"}


def drawn(seen: Picture, language: str) -> Group:
    """The whole picture."""
    say, plain = words("status", language), InWords(language)
    return Group(_head(seen, say), _stations(seen, say, plain), _windows(seen, say), _alerts(seen, say, plain))


def watch(look: Callable[[], Picture], console: Console, language: str, *, once: bool) -> None:
    """Show it once, or again every second until Ctrl-C."""
    if once:
        console.print(drawn(look(), language))
        return
    with Live(drawn(look(), language), console=console, auto_refresh=False, screen=True) as live:
        while True:
            time.sleep(REFRESH_S)
            live.update(drawn(look(), language), refresh=True)


def _head(seen: Picture, say: Words) -> Text:
    head = Text(f"{seen.name}  ", "bold")
    good = hub_is_here(seen)
    state = "here" if good else "broker_away" if not seen.broker else "away"
    head.append(say(f"hub.{state}"), "green" if good else "bold red")
    if seen.hub.reason:
        head.append(f" {seen.hub.reason}", "bold yellow")
    if seen.business_at is not None:
        head.append(f"  {local(seen.utc_offset, seen.business_at):%Y-%m-%d %H:%M:%S}")
    if seen.taking is not None:
        closed = f"closed.{seen.closed_because}"
        reason = say(closed) if closed in say else seen.closed_because
        taking = say("taking") if seen.taking else say("not_taking", reason=reason)
        head.append(f"  {taking}", "green" if seen.taking else "yellow")
    for zone, text in seen.emergencies.items():
        head.append("\n" + say("emergency", zone=zone, text=text), "bold white on red")
    return head


def _table(say: Words, name: str, *columns: str) -> Table:
    table = Table(title=say(f"{name}.title"), title_justify="left", border_style="blue", expand=True)
    for column in columns:
        table.add_column(say(f"{name}.{column}"), overflow="fold")
    return table


def _stations(seen: Picture, say: Words, plain: InWords) -> Table:
    table = _table(say, "stations", "id", "life", "devices", "boot", "version")
    for station in seen.stations:
        life = Text(say(f"life.{station.life}"), LIFE[station.life])
        if station.reason:
            life.append(f" {station.reason}")
        table.add_row(station.id, life, _devices(station, say, plain), str(station.boot or ""), station.version)
    return table


def _devices(station: StationSeen, say: Words, plain: InWords) -> Text:
    told = Text()
    for device in station.devices:
        told.append(f"{plain.device(device.name)} ", "cyan")
        told.append(say(f"health.{device.health}"), HEALTH[device.health])
        told.append(f" ({plain.reason(device.reason)})  " if device.reason else "  ")
    return told


def _windows(seen: Picture, say: Words) -> Table:
    table = _table(say, "windows", "number", "state", "label", "waiting")
    for window in seen.windows:
        table.add_row(str(window.number), say(f"desk.{window.state}"), window.label, str(window.waiting))
    waiting = " · ".join(f"{zone} {count}" for zone, count in seen.waiting.items())
    table.caption = say("waiting", told=waiting) if waiting else None
    return table


def _alerts(seen: Picture, say: Words, plain: InWords) -> Group:
    lines = [
        Text(f"⚠ {plain.alert(alert.kind, alert.subject, alert.detail)}", "bold yellow", no_wrap=False)
        for alert in seen.alerts
    ]
    return Group(*(lines or [Text(say("no_alerts"), "dim")]))
