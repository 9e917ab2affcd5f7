"""What a technician types to install and run a hall: `hall provision`, `backup`, `restore`, `status`, `watch`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from cli.language import LANGUAGE, Language
from cli.retention import forget, now_ms, retention
from hall.errors import BadFile
from hall.hours import local
from hall.station.settings import read_hall, read_hub, words
from upkeep.layout import INSTALLED, layout
from upkeep.provision import (
    Did,
    Line,
    Provision,
    SiteFile,
    admit,
    broker_reads_again,
    located,
    provisioned,
    read_site,
    revoke,
)

if TYPE_CHECKING:
    from upkeep.picture import Picture

OUT = Annotated[Path, typer.Option("--out", help="The directory of the hall's configuration.")]
CONF = Annotated[Path, typer.Option("--conf", help="The directory of the hall's configuration.")]
PORT = Annotated[int, typer.Option("--port", min=1, max=65_535, help="The watch's port on loopback.")]
WATCH_PORT = 9_477
LOOK_S = 3.5  # the hub's clock is heard every two seconds
STYLES = {Did.MADE: "green", Did.CHANGED: "green", Did.KEPT: "dim", Did.DIFFERS: "bold yellow"}

provision_app = typer.Typer(help="Identities of every station: passwords, rights, certificates, settings files.")


@provision_app.callback(
    invoke_without_command=True,
    epilog="Example: hall provision --hall examples/village/hall.toml --out /etc/jiaohao",
)
def provision(
    context: typer.Context,
    hall: Annotated[Path | None, typer.Option(help="The hall file; default: the one copied at the first run.")] = None,
    out: OUT = INSTALLED.conf,
    data: Annotated[
        Path | None, typer.Option(help="Where the hall writes; default: /var/lib/jiaohao, or OUT/var.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="The broker's port on this machine.")] = None,
    address: Annotated[
        list[str] | None,
        typer.Option(help="This machine's address for stations on others: TLS with the hall's own certificates."),
    ] = None,
    home_assistant: Annotated[
        bool | None, typer.Option(help="An identity for Home Assistant; the watch tells it stations and devices.")
    ] = None,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Make what is missing and keep what exists; run it again after a change of the hall file, or to renew
    certificates."""
    if context.invoked_subcommand is not None:
        return
    asked = read_site(out)
    asked = SiteFile(
        port=port or asked.port,
        tls_port=asked.tls_port,
        addresses=tuple(address) if address else asked.addresses,
        revoked=asked.revoked,
        data=str(data.absolute()) if data else asked.data,
        home_assistant=asked.home_assistant if home_assistant is None else home_assistant,
    )
    at = layout(out, Path(asked.data) if asked.data else None)
    if out.exists() and not out.is_dir():
        raise BadFile((f"{out}: a file: --out names the directory of the hall's configuration",))
    if hall is None and not at.hall.is_file():
        raise BadFile((f"{at.hall}: no such file: name the hall file with --hall FILE",))
    run = Provision(at, hall, asked)
    _print(run.run(), language)
    say, console = words("upkeep", language), Console()
    told = say("next.told", stations=len(run.hall.stations), hall=run.hall.name, conf=at.conf)
    console.print(Text(told, "bold"), soft_wrap=True)
    if asked.addresses:
        console.print(say("next.remote", conf=at.conf), soft_wrap=True, highlight=False)
        console.print(say("next.restart"), soft_wrap=True, highlight=False)
    _reload(language)


@provision_app.command("revoke", epilog="Example: hall provision revoke kiosk-2")
def provision_revoke(
    station: Annotated[str, typer.Argument(help="The station to shut out: lost, stolen, or replaced.")],
    out: OUT = INSTALLED.conf,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Delete a station's secrets and shut it out; its settings stay."""
    _print(revoke(provisioned(out), station), language)
    Console().print(words("upkeep", language)("next.revoked", station=station), style="bold", soft_wrap=True)
    _reload(language)


@provision_app.command("admit", epilog="Example: hall provision admit kiosk-2")
def provision_admit(
    station: Annotated[str, typer.Argument(help="The station that was revoked.")],
    out: OUT = INSTALLED.conf,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Let a revoked station in again, with new secrets."""
    _print(admit(provisioned(out), station), language)
    Console().print(words("upkeep", language)("next.admitted", station=station), style="bold", soft_wrap=True)
    _reload(language)


def backup(
    to: Annotated[Path, typer.Option(help="The directory for backups; another disk is better.")],
    out: CONF = INSTALLED.conf,
    keep: Annotated[int, typer.Option(min=1, help="How many to keep; the oldest go.")] = 30,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Back up store, seals and configuration in one file while the hub runs, and verify what was copied."""
    from upkeep.aging import age
    from upkeep.aside import age_aside
    from upkeep.backup import back_up, prune

    at, say, console = provisioned(out), words("upkeep", language), Console()
    with Progress(console=console, transient=True) as progress:
        made = back_up(at, to, _now(), _shown(progress))
    size = made.path.stat().st_size / 1_048_576
    told = say("backup.made", path=made.path, events=made.manifest.events, mib=f"{size:.1f}")
    console.print(Text(told, "green"), soft_wrap=True)
    for path in prune(to, keep):
        console.print(Text(say("backup.pruned", path=path), "dim"), soft_wrap=True)
    forget(chain(age(to, now_ms()), age_aside(at, now_ms())), say, console)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup that `hall backup` made.")],
    out: CONF = INSTALLED.conf,
    data: Annotated[Path | None, typer.Option(help="Where the hall writes, if elsewhere than usual.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Move aside what stands there.")] = False,
    numbers_from: Annotated[
        int | None,
        typer.Option(min=1, help="Where new numbers begin: above every slip given out since the backup, such as 300."),
    ] = None,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Put a backup in place, on this machine or a new one, and verify it; the hub must stand still."""
    from upkeep.backup import restore as put_back

    say, console = words("upkeep", language), Console()
    at = layout(out, data) if data or not (out / "site.toml").exists() else located(out)
    with Progress(console=console, transient=True) as progress:
        found, aside = put_back(file, at, _now(), replace=replace, numbers_from=numbers_from, progress=_shown(progress))
    for path in aside:
        console.print(Text(say("restore.aside", path=path), "dim"), soft_wrap=True)
    # People in the hall are asked what came after: it is told by their clock, not by this machine's.
    offset = read_hall(at.conf / read_hub(at.hub).hall).utc_offset
    made = round(datetime.fromisoformat(found.manifest.made_at).timestamp() * 1000)
    last, made_then = (f"{local(offset, when):%Y-%m-%d %H:%M:%S}" for when in (found.manifest.last_at, made))
    told = say("restore.done", hall=found.manifest.hall, events=found.manifest.events, made=made_then)
    console.print(Text(told, "green"), soft_wrap=True)
    console.print(Text(say("restore.since", last=last), "bold yellow"), soft_wrap=True)
    told = "restore.again" if numbers_from is None else "restore.from"
    console.print(Text(say(told, file=file, first=numbers_from), "bold yellow"), soft_wrap=True)
    console.print(say("restore.start"), soft_wrap=True, highlight=False)


def watch(
    out: CONF = INSTALLED.conf,
    port: PORT = WATCH_PORT,
) -> None:
    """Look at the hall and show it on loopback: /metrics for Prometheus, /state.json; what jiaohao-watch starts."""
    from hall.station.service import start_logging
    from upkeep.watch import run

    start_logging("watch")
    raise typer.Exit(run(provisioned(out), port))


def status(
    out: CONF = INSTALLED.conf,
    port: PORT = WATCH_PORT,
    once: Annotated[bool, typer.Option("--once", help="Print it once, for a file or a message.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it once, for a program.")] = False,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Show stations, devices, windows and queues as they are; Ctrl-C ends it."""
    from cli.status import watch as show
    from upkeep.picture import as_json
    from upkeep.watch import Watch, shown

    def look() -> Picture:
        return shown(port) or Watch.of(provisioned(out)).look_for(LOOK_S)

    _quiet()
    if json:
        sys.stdout.write(as_json(look()).decode() + "\n")
    else:
        console = Console()
        show(look, console, language.value, once=once or not console.is_terminal)


def doctor(
    out: CONF = INSTALLED.conf,
    port: PORT = WATCH_PORT,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Also rebuild the state from the log.")] = False,
    updates: Annotated[bool, typer.Option(help="Ask apt for security updates; takes seconds.")] = True,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Check everything a technician checks and say what to do; exit 0 all good, 2 warnings, 1 something is bad."""
    from cli.doctor import doctor as tell
    from upkeep.examine import examine

    _quiet()
    try:
        at = located(out)
    except BadFile:  # a mistake in site.toml is one more finding
        at = layout(out)
    raise typer.Exit(tell(examine(at, port, rebuild=rebuild, updates=updates), Console(), language.value, json=json))


def day(
    date: Annotated[str, typer.Argument(help="A date such as 2026-11-23; default: the hub's present day.")] = "",
    out: CONF = INSTALLED.conf,
    json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
    language: LANGUAGE = Language.ZH,
) -> None:
    """Report a day: numbers and their ends, waits, windows, alerts, and its seal."""
    import msgspec

    from cli.day import show
    from upkeep.dayreport import day_report

    settings = read_hub(provisioned(out).hub)
    offset = read_hall(out / settings.hall).utc_offset
    report = day_report(out / settings.data / "hub.db", offset, date)
    if json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
    else:
        show(report, offset, Console(), language.value)


def asyncapi(
    hall: Annotated[Path, typer.Argument(help="The hall file.")] = INSTALLED.hall,
) -> None:
    """Print the contract on the bus as an AsyncAPI 3 document (JSON)."""
    import msgspec

    from upkeep.asyncapi import document

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document(read_hall(hall)))).decode() + "\n")


def install(
    root: Annotated[Path, typer.Option(help="Install into a tree instead of this machine.")] = Path("/"),
    language: LANGUAGE = Language.ZH,
) -> None:
    """Put units, user and directories in place, or bring them up to date; `make install` calls it."""
    from upkeep.install import install as put

    _print(put(root.absolute()), language)
    say, console = words("upkeep", language), Console()
    console.print(say("install.next", conf=INSTALLED.conf), soft_wrap=True, highlight=False)


def _quiet() -> None:
    """What is seen is shown; the watch's own log, which says on the way that nobody answers, is for its unit."""
    logging.getLogger("watch").addHandler(logging.NullHandler())


def _now() -> datetime:
    return datetime.now().astimezone()


def _shown(progress: Progress) -> Callable[[int, int], None]:
    task = progress.add_task("log", total=None)
    return lambda done, every: progress.update(task, completed=done, total=every)


def _print(lines: list[Line], language: Language) -> None:
    say, console = words("upkeep", language), Console()
    for line in lines:
        text = Text(f"{line.what}  ", "cyan")
        text.append(say(f"did.{line.did}", what=line.what), STYLES.get(line.did, "bold red"))
        text.append(f"  {line.detail}" if line.detail else "")
        console.print(text, soft_wrap=True)


def _reload(language: Language) -> None:
    told = "next.reload" if broker_reads_again() else "next.reload_by_hand"
    Console().print(words("upkeep", language)(told), soft_wrap=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add these commands to `hall`."""
    app.add_typer(provision_app, name="provision")
    app.command(epilog="Example: sudo hall install")(install)
    app.command(epilog="Example: hall backup --to /mnt/usb/jiaohao --keep 30")(backup)
    app.command(epilog="Example: hall restore /mnt/usb/jiaohao/jiaohao-village-20261127T023000.tar.gz")(restore)
    app.command(epilog="Example: hall retention --backups /mnt/usb")(retention)
    app.command(epilog="Example: hall doctor --json")(doctor)
    app.command(epilog="Example: hall status --once --language en")(status)
    app.command(epilog="Example: hall day 2026-11-23")(day)
    app.command(epilog="Example: hall asyncapi examples/village/hall.toml > asyncapi.json")(asyncapi)
    app.command(epilog="Example: curl http://127.0.0.1:9477/metrics   (while it runs)")(watch)
