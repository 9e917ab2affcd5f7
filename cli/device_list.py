"""The table of supported devices: for programs, for a terminal, and as the page docs/supported.md."""

from __future__ import annotations

import msgspec
from rich.console import Console
from rich.table import Table

from hall.profile import BarProfile, KeypadProfile, PadProfile, Profile, kind_of
from hall.station.settings import profiles

_STYLES = {"captured": "green", "two sources": "cyan", "one source": "yellow", "experimental": "red"}
_INTRO = """# Supported devices

Made from `firmware_profiles/` by `hall device list --markdown`; a test fails when the two differ. *Verified* says how
far: **captured** from a real device, stood in **two sources** that agree, in **one source**, or **experimental**: never
seen to work. Try one on your desk with `hall device check PROFILE --port PORT`, and keep what it says with `hall device
capture`.

"""


def as_json() -> str:
    """[{profile, class, dialect, verified}], by name."""
    rows = [
        {"profile": name, "class": kind_of(found), "dialect": found.dialect, "verified": found.verified}
        for name, found in profiles().items()
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode()


def as_table() -> None:
    """On the terminal."""
    table = Table(border_style="blue")
    for heading in ("profile", "class", "dialect", "verified", "device"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "device")
    for name, found in profiles().items():
        style = _STYLES[found.verified]
        table.add_row(name, kind_of(found), found.dialect, f"[{style}]{found.verified}[/]", found.title)
    Console().print(table)


def as_markdown() -> str:
    """The page."""
    lines = ["| profile | device | class | dialect | line | what it can | verified |", "|---|---|---|---|---|---|---|"]
    for name, found in profiles().items():
        cells = (
            f"`{name}`",
            found.title,
            kind_of(found),
            found.dialect,
            _line(found),
            _abilities(found),
            found.verified,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return _INTRO + "\n".join(lines) + "\n"


def _line(profile: Profile) -> str:
    line = profile.line
    return f"{line.baud} {line.bits}{line.parity}{line.stop_bits}"


def _abilities(profile: Profile) -> str:
    if isinstance(profile, BarProfile):
        size = f"{profile.digits} digits" if profile.digits else f"{profile.columns} columns"
        answers = f"answers within {profile.reply_timeout_ms} ms" if profile.reply_timeout_ms else "never answers"
        return f"{size}, {answers}"
    if isinstance(profile, KeypadProfile):
        return f"{len({b.action for b in profile.keymap})} actions, {profile.max_digits} digits, {profile.speaks}"
    if isinstance(profile, PadProfile):
        return f"{len({key.level for key in profile.keys})} of 5 levels"
    said = [
        f"{profile.width_dots} dots, {profile.columns} columns",
        "Chinese font" if profile.chinese == "gb18030" else "Chinese as image",
        "no cutter" if profile.cut == "none" else f"{profile.cut} cut",
    ]
    said += ["tells when a slip is done"] if profile.in_order_status else []
    said += ["tells changes by itself"] if profile.auto_status else []
    said += ["presenter"] if profile.presenter else []
    return ", ".join(said)
