"""`hall device`: the integrator's bench. What devices there are, whether one works, and what its bytes say."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from hall.dialects.a090 import Colour
from hall.profile import Profile

device_app = typer.Typer(no_args_is_help=True, help="Devices on the desk: profiles, frames, checks, captures, twins.")

ProfileName = Annotated[str, typer.Argument(help="A profile's name (see `hall device list`), or your own file.toml.")]
Port = Annotated[
    str,
    typer.Option(
        help="/dev/ttyUSB0, socket://host:port, tcp://host:port or rfc2217://host:port; ?rs485=rts, ?echo=drop."
    ),
]
Address = Annotated[int | None, typer.Option(min=0, max=255, help="The device's address on its line; default: usual.")]


class From(StrEnum):
    """Who spoke the bytes."""

    AUTO = "auto"
    HOST = "host"
    DEVICE = "device"


class Language(StrEnum):
    """A language the bench speaks."""

    ZH = "zh"
    EN = "en"


Spoken = Annotated[Language, typer.Option("--language", help="Language of what is printed.")]


class Light(StrEnum):
    """A bar's colour."""

    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"


@device_app.command("list", epilog="Example: hall device list --json")
def list_devices(
    json: Annotated[bool, typer.Option("--json", help="[{profile, class, dialect, verified}] for programs.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The table of docs/supported.md.")] = False,
) -> None:
    """Every device profile: its class, its dialect, and how far it is verified."""
    from cli.device_list import as_json, as_markdown, as_table

    if json:
        print(as_json())
    elif markdown:
        sys.stdout.write(as_markdown())
    else:
        as_table()


@device_app.command(epilog="Example: hall device decode ff68-21key-a FF 68 03 03 68 01 01 0C 0E 16")
def decode(
    profile: ProfileName,
    hex_bytes: Annotated[list[str], typer.Argument(metavar="HEX", help="Bytes in hex, with or without spaces.")],
    came_from: Annotated[From, typer.Option("--from", help="Who spoke, where the bytes do not tell.")] = From.AUTO,
) -> None:
    """Say what bytes from a line mean: one JSON object a frame, `ok` false with the reason for a damaged one."""
    from cli.device_frames import bytes_of, frames_of

    for row in frames_of(_profile(profile)).decode(bytes_of(hex_bytes), came_from.value):
        print(msgspec.json.encode(row).decode())


@device_app.command(
    epilog="Examples: hall device encode ff68-21key-a 1 0C · hall device encode ff68-21key-a show 023 · "
    "hall device encode a090-8 请A1 · hall device encode number4-3 A017 · hall device encode escpos-80mm status 4"
)
def encode(
    profile: ProfileName,
    value: Annotated[list[str], typer.Argument(help="Bars: a text. ff68: address and key, or show 023, beep, done.")],
    address: Address = None,
    colour: Annotated[Light, typer.Option(help="Of a bar's text.")] = Light.RED,
    language: Spoken = Language.ZH,
) -> None:
    """Print the bytes, in hex, that tell a device something, or that it would send. A board of digits shows the
    number of the ticket in a text; what it shows is told apart, on the error output."""
    from cli.device_frames import frames_of, hex_of, shown_instead
    from hall.station.settings import words

    found = _profile(profile)
    print(hex_of(frames_of(found).encode(value, address, Colour[colour.name])))
    if (shown := shown_instead(found, value)) is not None:
        print(words("device", language.value)("check.look", text=shown), file=sys.stderr)


@device_app.command(epilog="Example: hall device check escpos-80mm --port /dev/ttyUSB0")
def check(
    profile: ProfileName,
    port: Port,
    address: Address = None,
    seconds: Annotated[float, typer.Option(min=0.5, help="How long to wait for the device, or for a key.")] = 8.0,
    slip: Annotated[bool, typer.Option("--slip", help="Printers: print a test slip, to see font and cut.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The verdict for programs.")] = False,
    language: Spoken = Language.ZH,
) -> None:
    """Find out within a minute whether the device on this port works. Exit 0: it does, or nothing speaks against it;
    1: it does not."""
    from cli.device_check import check_device

    found = _profile(profile)
    code = check_device(found, port, address=address, seconds=seconds, json=json, slip=slip, language=language.value)
    raise typer.Exit(code)


@device_app.command(
    epilog="Example: hall device capture ff68-21key-a --port /dev/ttyUSB0 --out keys.jsonl --seconds 60"
)
def capture(
    profile: ProfileName,
    port: Port,
    out: Annotated[Path, typer.Option(help="One JSON object a line: seconds, bytes, and what they say.")],
    seconds: Annotated[float | None, typer.Option(min=0.1, help="End by itself; default: at Ctrl-C.")] = None,
    language: Spoken = Language.ZH,
) -> None:
    """Write down everything that arrives on a port, with the time, and show it decoded: the proof a profile cites."""
    from cli.device_capture import capture_line

    raise typer.Exit(capture_line(profile, _profile(profile), port, out, seconds, language.value))


@device_app.command(epilog="Example: hall device twin a090-8 --address 3 --png bar.png   (then type: help)")
def twin(
    profile: ProfileName,
    address: Address = None,
    link: Annotated[Path | None, typer.Option(help="A symbolic link to the twin's port, made for this run.")] = None,
    tcp: Annotated[int | None, typer.Option(min=0, max=65535, help="Serve it on this TCP port, too; 0: any.")] = None,
    png: Annotated[Path | None, typer.Option(help="A picture of the device, whenever its look changes.")] = None,
    language: Spoken = Language.ZH,
) -> None:
    """Run a virtual device of this profile on a port of its own; what you type presses its keys and breaks it."""
    from cli.device_twin import run_twin

    found = _profile(profile)
    raise typer.Exit(run_twin(found, address=address, link=link, tcp=tcp, png=png, language=language.value))


def _profile(name: str) -> Profile:
    from hall.station.settings import profile, profile_file

    return profile_file(Path(name)) if name.endswith(".toml") else profile(name)
