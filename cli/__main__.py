"""`hall`: what people type."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from cli import operate
from cli.device import device_app
from cli.language import Language
from hall.errors import HallError
from hall.pin import verifier

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    help="叫号 · a hall's tools.",
)
log_app = typer.Typer(no_args_is_help=True, help="The log of what was committed.")
app.add_typer(log_app, name="log")
app.add_typer(device_app, name="device")
policy_app = typer.Typer(no_args_is_help=True, help="The hall's policy: classes, bounds, no-shows, bookings.")
app.add_typer(policy_app, name="policy")


@app.command(epilog="Example: hall demo --hall examples/village/hall.toml --minutes 1")
def demo(
    hall: Annotated[Path, typer.Option(help="The hall file; demo.toml beside it says who plays.")],
    out: Annotated[Path | None, typer.Option(help="Where pictures, slips, logs and the store go.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="Real minutes until it ends by itself.")] = 3.0,
    stay: Annotated[bool, typer.Option("--stay", help="Go on until Ctrl-C.")] = False,
    speed: Annotated[float | None, typer.Option(min=1, max=200, help="Business seconds in a real one.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the timeline.")] = Language.ZH,
    sound: Annotated[bool, typer.Option("--sound", help="Voices on the sound card instead of WAV files.")] = False,
    windows: Annotated[
        bool | None, typer.Option("--windows/--no-windows", help="Open windows; default: if there is a display.")
    ] = None,
) -> None:
    """Run a whole hall on this machine: visitors come, clerks call, applicants rate; a timeline tells what happens."""
    from cli.demo import Demo, Wanted

    place = out or Path(tempfile.mkdtemp(prefix="jiaohao-demo-"))
    wanted = Wanted(
        hall_file=hall,
        out=place.absolute(),
        minutes=None if stay else minutes,
        speed=speed,
        language=language.value,
        windows=windows,
        sound=sound,
    )
    raise typer.Exit(Demo(wanted, Console()).run())


@app.command(epilog="Example: hall replay --hall examples/ankang/hall.toml --day examples/ankang/day.csv --speed 60")
def replay(
    hall: Annotated[Path, typer.Option(help="The hall file; demo.toml beside it has the clerks' PINs.")],
    day: Annotated[
        Path, typer.Option(help="Who comes: arrive,matter,priority,patience_min,service_min,rating (0: none).")
    ],
    speed: Annotated[float, typer.Option(min=1, max=200, help="Business seconds in a real one.")] = 30.0,
    out: Annotated[Path | None, typer.Option(help="Where wires, audio, screens, store and logs go.")] = None,
    faults: Annotated[
        int | None,
        typer.Option(help="A seed: kills, freezes, pulled lines, empty printers, full disk at its moments."),
    ] = None,
    scale: Annotated[float, typer.Option(min=0.2, max=1.0, help="Size of the screens: small ones cost less.")] = 0.4,
    language: Annotated[Language, typer.Option(help="Language of what is printed.")] = Language.ZH,
) -> None:
    """Play a whole day against the real hall and see that paper, bars, voices, boards, pads and log tell the same.

    Exit 1 on any difference; the counts and what caused each exception are in OUT/reconciliation.json.
    """
    from cli.replay import Wanted, replayed

    place = out or Path(tempfile.mkdtemp(prefix="jiaohao-replay-"))
    wanted = Wanted(hall_file=hall, day_file=day, out=place.absolute(), speed=speed, faults=faults, scale=scale)
    raise typer.Exit(replayed(wanted, Console(), language.value))


@app.command(epilog="Example: hall check examples/ankang/hall.toml --language en --strict")
def check(
    file: Annotated[Path, typer.Argument(help="The hall file; the files it names are read beside it.")],
    language: Annotated[Language, typer.Option(help="Language of what is printed.")] = Language.ZH,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 2 if there is any warning.")] = False,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], show_default="today", help="The date that the holidays are judged by."),
    ] = None,
) -> None:
    """Tell every mistake in a hall file (exit 1), or what its manager should know: gaps, long promises, no photos."""
    from cli.check import check as check_hall

    on = "" if day is None else day.date().isoformat()
    raise typer.Exit(check_hall(file, Console(), language=language, strict=strict, day=on))


@app.command(epilog="Example: hall station /etc/jiaohao/stations/line-1.toml")
def station(file: Annotated[Path, typer.Argument(help="The station file.")]) -> None:
    """Run a station until a signal ends it: all roles of its file in one process."""
    from cli.station import station as run

    raise typer.Exit(run(file))


@app.command(epilog="Example: hall prompts --out /etc/jiaohao/stations/voice   (English ones go into en/ below)")
def prompts(
    out: Annotated[Path, typer.Option(help="The pads' directory of recordings: `voice` in their station file.")],
    language: Annotated[Language, typer.Option(help="Language of the station.")] = Language.ZH,
    replace: Annotated[bool, typer.Option("--replace", help="Record anew what is there.")] = False,
) -> None:
    """Record what the rating pads say, with the voice of the hall's loudspeakers."""
    from cli.prompts import record

    record(out, language, Console(), replace=replace)


bookings_app = typer.Typer(no_args_is_help=True, help="Bookings made elsewhere.")
app.add_typer(bookings_app, name="bookings")


@bookings_app.command("import", epilog="Example: hall bookings import day.csv --url http://127.0.0.1:8090")
def bookings_import(
    file: Annotated[Path, typer.Argument(help="CSV with the columns person, matter, slot (2026-11-24 10:00), code.")],
    url: Annotated[str, typer.Option(help="Where the booking adapter listens.")] = "http://127.0.0.1:8090",
    token_file: Annotated[Path | None, typer.Option(help="The file of the adapter's token.")] = None,
    language: Annotated[Language, typer.Option(help="Language of what is printed.")] = Language.ZH,
) -> None:
    """Book every row of a CSV file; tell each code and each refusal (exit 1 if any was refused)."""
    from cli.bookings import import_csv

    token = token_file.read_text(encoding="utf-8").strip() if token_file else ""
    raise typer.Exit(import_csv(file, url, Console(), token=token, language=language.value))


@policy_app.command("check", epilog="Example: hall policy check examples/ankang/hall.toml --language en")
def policy_check(
    file: Annotated[Path, typer.Argument(help="The hall file; the files it names are read beside it.")],
    language: Annotated[Language, typer.Option(help="Language of what is printed.")] = Language.ZH,
) -> None:
    """Refuse a policy that cannot hold its bounds (exit 1), with the rule and why; otherwise tell what it promises."""
    from cli.policy import check as check_policy

    raise typer.Exit(check_policy(file, Console(), language=language))


@app.command(epilog="Example: hall why A017 --store out/hub/hub.db --hall examples/ankang/hall.toml --language en")
def why(
    ticket: Annotated[str, typer.Argument(help="The number: A017, or 2026-11-23/A017 for another day than the last.")],
    store: Annotated[Path, typer.Option(help="The hub's store, hub.db; the hub may be running.")],
    hall: Annotated[Path, typer.Option(help="The hall file, for names and classes.")],
    language: Annotated[Language, typer.Option(help="Language of the story.")] = Language.ZH,
) -> None:
    """Tell a ticket's story from the log: by which rule it was called, whom that passed over, and who overtook it."""
    from cli.why import why as tell_why

    raise typer.Exit(tell_why(ticket, store, hall, Console(), language=language.value))


@log_app.command("verify", epilog="Example: hall log verify --rebuild /var/lib/jiaohao/hub/hub.db")
def log_verify(
    store: Annotated[Path, typer.Argument(help="The hub's store, hub.db; the hub may be running.")],
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Rebuild the state from the log and compare.")] = False,
) -> None:
    """Check the log's chain and seals, and with --rebuild that the tables are what the log says."""
    from hub.verify import verify

    console = Console()
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("log", total=None)
        report = verify(store, rebuild, lambda done, every: progress.update(task, completed=done, total=every))
    if report.broken is not None:
        console.print(f"does not verify: {report.broken}", style="bold red", soft_wrap=True)
        raise typer.Exit(1)
    rebuilt = f", {report.rows} rows rebuilt from it and found alike" if rebuild else ""
    console.print(
        f"verifies: {report.events} events in one chain, {report.seals} seals ({report.exported} exported){rebuilt}",
        style="green",
        soft_wrap=True,
    )


@app.command(epilog="Example: hall pin   (asks twice, prints the line for \\[[clerks]])")
def pin() -> None:
    """Make the verifier of a clerk's PIN for the hall file; the PIN itself is kept nowhere."""
    typed = typer.prompt("PIN (4–8 digits)", hide_input=True, confirmation_prompt=True)
    print(f'pin = "{verifier(typed, secrets.token_bytes(16))}"')


operate.register(app)


def main() -> None:
    """Run a command; what was typed wrong is told in plain words."""
    try:
        app()
    except (HallError, OSError) as error:
        sys.stderr.write(f"hall: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    main()
