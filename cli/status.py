"""`hall status`: stations, devices, windows and queues as they are, in one table that keeps itself up to date."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from msgspec import Struct
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
SIDE_BY_SIDE, SOME_ALERTS = 4, 6  # windows in a row, and the newest alerts, where the terminal is not tall enough
FEW = 2  # devices of a station that are told one by one though they are well
LIFE = {Life.READY: "green", Life.LOST: "bold red", None: "dim", Life.DEGRADED: "bold yellow", Life.INIT: "yellow"}
HEALTH = {Health.READY: "green", Health.DEGRADED: "bold yellow", Health.LOST: "bold red"}


class Spoken(Struct, frozen=True):
    """The words of this page, and those of the codes that it tells."""

    say: Words
    plain: InWords

    @classmethod
    def of(cls, language: str) -> Spoken:
        return cls(words("status", language), InWords(language))


def drawn(seen: Picture, spoken: Spoken, *, short: bool = False) -> Group:
    """The whole picture; `short`: stations that are well in one line, windows side by side. What wants a hand is on
    top."""
    if not seen.broker and all(s.life is None for s in seen.stations):
        return Group(_head(seen, spoken), Text(spoken.say("nothing_known"), "yellow"))
    alerts = _alerts(seen, spoken, SOME_ALERTS if short else len(seen.alerts))
    windows = (_windows_beside if short else _windows)(seen, spoken.say)
    return Group(_head(seen, spoken), alerts, windows, *_stations(seen, spoken, short=short))


def watch(look: Callable[[], Picture], console: Console, language: str, *, once: bool) -> None:
    """Show it once, or again every second until Ctrl-C."""
    spoken = Spoken.of(language)
    if once:
        console.print(drawn(look(), spoken))
        return
    with Live(_fitting(look(), spoken, console), console=console, auto_refresh=False, screen=True) as live:
        while True:
            time.sleep(REFRESH_S)
            live.update(_fitting(look(), spoken, console), refresh=True)


def _fitting(seen: Picture, spoken: Spoken, console: Console) -> Group:
    """In full where the terminal is tall enough."""
    whole = drawn(seen, spoken)
    fits = len(console.render_lines(whole)) <= console.height
    return whole if fits else drawn(seen, spoken, short=True)


def _head(seen: Picture, spoken: Spoken) -> Text:
    say = spoken.say
    head = Text(f"{seen.name}  ", "bold")
    good = hub_is_here(seen)
    state = "here" if good else "broker_away" if not seen.broker else "away"
    head.append(say(f"hub.{state}"), "green" if good else "bold red")
    if seen.hub.reason:
        head.append(f" {spoken.plain.kind(seen.hub.reason)}", "bold yellow")
    if seen.business_at is not None:
        head.append(f"  {local(seen.utc_offset, seen.business_at):%Y-%m-%d %H:%M:%S}")
    if seen.taking is not None:
        why = f"closed.{seen.closed_because}"
        reason = say(why) if why in say else seen.closed_because
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


def _stations(seen: Picture, spoken: Spoken, *, short: bool) -> Iterator[Table | Text]:
    say = spoken.say
    told = [s for s in seen.stations if not (short and _is_well(s))]
    table = _table(say, "stations", "id", "life", "devices", "boot", "version")
    for station in told:
        life = Text(say(f"life.{station.life}"), LIFE[station.life])
        if station.reason:
            life.append(f" {spoken.plain.reason(station.reason)}")
        table.add_row(station.id, life, _devices(station, spoken), str(station.boot or ""), station.version)
    if told:
        yield table
    well = [s.id for s in seen.stations if s not in told]
    if well:
        yield Text(say("well", count=len(well), names=" ".join(well)), "green")


def _is_well(station: StationSeen) -> bool:
    return station.life is Life.READY and all(d.health is Health.READY for d in station.devices)


def _devices(station: StationSeen, spoken: Spoken) -> Text:
    """Those in trouble by name; of many that are well only how many."""
    say = spoken.say
    told, well = Text(), [d for d in station.devices if d.health is Health.READY]
    for device in station.devices:
        if device not in well or len(well) <= FEW:
            told.append(f"{spoken.plain.device(device.name)} ", "cyan")
            told.append(say(f"health.{device.health}"), HEALTH[device.health])
            told.append(f" {spoken.plain.reason(device.reason)}  " if device.reason else "  ")
    if len(well) > FEW:
        told.append(say("devices_well", count=len(well)), "green")
    return told


def _windows(seen: Picture, say: Words) -> Table:
    table = _table(say, "windows", "number", "state", "label", "waiting")
    for window in seen.windows:
        table.add_row(str(window.number), say(f"desk.{window.state}"), window.label, str(window.waiting))
    table.caption = _waiting(seen, say)
    return table


def _windows_beside(seen: Picture, say: Words) -> Table:
    """Several in a row, each in few words."""
    table = Table.grid(padding=(0, 3))
    rows = -(-len(seen.windows) // SIDE_BY_SIDE)
    for at in range(rows):
        cells = []
        for window in seen.windows[at::rows]:
            cell = Text(f"{window.number:>3} ", "cyan")
            cell.append(f"{say(f'desk.{window.state}')} {window.label}".rstrip())
            cell.append(f" +{window.waiting}" if window.waiting else "", "bold yellow")
            cells.append(cell)
        table.add_row(*cells)
    table.title, table.title_justify, table.caption = say("windows.beside"), "left", _waiting(seen, say)
    return table


def _waiting(seen: Picture, say: Words) -> str | None:
    waiting = " · ".join(f"{zone} {count}" for zone, count in seen.waiting.items())
    return say("waiting", told=waiting) if waiting else None


def _alerts(seen: Picture, spoken: Spoken, most: int) -> Group:
    lines = []
    for alert in seen.alerts[-most:]:
        told = spoken.plain.alert(alert.kind, alert.subject, alert.detail)
        lines.append(Text(f"⚠ {local(seen.utc_offset, alert.started_at):%H:%M} {told}", "bold yellow"))
    if len(seen.alerts) > most:
        lines.insert(0, Text(spoken.say("more_alerts", count=len(seen.alerts) - most), "yellow"))
    return Group(*(lines or [Text(spoken.say("no_alerts"), "dim")]))
