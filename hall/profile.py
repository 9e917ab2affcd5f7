"""Profile texts → Profile: what a device model needs the product to know, checked to the last key.

`firmware_profiles/<name>.toml` is data; station.settings reads the files and this module gives them meaning.
A profile may `extends = "<name>"`: tables are laid over the older profile's key by key, everything else
replaces. `title`, `verified` and `sources` are each file's own claim and are never inherited.

A new kind of device is a frozen Struct below, added to `KINDS` and `Profile`, with what its types do not say
in `RULES`; nothing else changes.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import msgspec

from hall.checked import Mistakes, Rules, read_struct, read_toml
from hall.errors import BadFile
from hall.keymap import Action, Binding, action_of, clash_faults, pattern_faults

Verified = Literal["captured", "two sources", "one source", "experimental"]

OWN_CLAIMS: Final = ("title", "verified", "sources")
MAX_EXTENDS: Final = 8
MOST_BAR_COLUMNS: Final = 126  # a letter takes two bytes of the 254 that an A0 90 frame may hold
FONT_A_DOTS: Final = 12  # dots across one character of ESC/POS font A


class LineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A serial line as the device is delivered; a hall may set its devices otherwise."""

    baud: int
    bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1


class PrinterProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ticket printer."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["escpos"]
    line: LineSettings
    width_dots: int  # dots that can be printed across
    columns: int  # characters of font A across; a Chinese character takes two
    chinese: Literal["gb18030", "raster"]  # raster: the printer has no Chinese font, text is sent as an image
    in_order_status: bool  # answers GS r 1 after everything before it is printed
    fixed_bits: bool  # answers to DLE EOT carry bits 1 and 4
    cut: Literal["full", "partial", "none"]
    presenter: Literal["none"] = "none"


class KeypadProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A caller with digits and keys."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["ff68"]
    line: LineSettings
    address_bytes: Literal[1]
    speaks: Literal["unasked", "polled"]  # sends a key by itself, or waits until the host asks
    ack_timeout_ms: int
    retries: int  # how often the keypad sends a key again that nobody acknowledged
    max_digits: int
    keymap: tuple[Binding, ...]
    poll_command: int = 0  # of a keypad that is polled: the command byte that asks
    poll_reply_ms: int = 0  # and how soon after that frame its answer begins

    def action(self, digits: str, key: int) -> Action | None:
        """What the clerk wished, None if this keymap gives the key no meaning."""
        return action_of(self.keymap, digits, key)


class BarProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An LED bar of one line over a window."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["a090"]
    line: LineSettings
    columns: int  # cells of half a Hanzi: a Chinese character takes two
    reply_timeout_ms: int  # 0: the bar never replies
    repeat_s: float  # how often the present text is sent again


class PadKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pad sends for one of its keys, and the level (1–5) that is printed on the key."""

    value: int
    level: int


class PadProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rating pad with keys (评价器)."""

    title: str
    verified: Verified
    sources: tuple[str, ...]
    dialect: Literal["ff68"]
    line: LineSettings
    ack: Literal["value", "short"]  # hall.dialects.ff68_pad: A gives the value back, B is short and without FF
    ack_timeout_ms: int
    retries: int  # how often the pad sends a value again that nobody acknowledged
    five_level: bool  # False: some level has no key, and the hall is told
    keys: tuple[PadKey, ...]

    def level(self, value: int) -> int | None:
        """The level of a value, None if no key sends it."""
        return next((key.level for key in self.keys if key.value == value), None)


Profile = PrinterProfile | KeypadProfile | BarProfile | PadProfile
KINDS: Final[dict[str, type[PrinterProfile] | type[KeypadProfile] | type[BarProfile] | type[PadProfile]]] = {
    "printer": PrinterProfile,
    "keypad": KeypadProfile,
    "bar": BarProfile,
    "pad": PadProfile,
}


def _least(least: int) -> Callable[[int], list[tuple[str, str]]]:
    return lambda value: [("", f"must be {least} or more (found {value})")] if value < least else []


def _most(most: int) -> Callable[[int], list[tuple[str, str]]]:
    return lambda value: [] if 0 <= value <= most else [("", f"must be 0–{most} (found {value})")]


def _columns_fit(printer: PrinterProfile) -> list[tuple[str, str]]:
    if printer.columns * FONT_A_DOTS <= printer.width_dots:
        return []
    return [(".columns", f"{printer.columns} × {FONT_A_DOTS} dots are wider than {printer.width_dots} dots")]


def _has_source(sources: tuple[str, ...]) -> list[tuple[str, str]]:
    return [] if sources else [("", "a profile without a source is a guess; name where its facts come from")]


def _columns_send(columns: int) -> list[tuple[str, str]]:
    good = 2 <= columns <= MOST_BAR_COLUMNS
    return [] if good else [("", f"must be 2–{MOST_BAR_COLUMNS} (found {columns}); one frame holds no more")]


def _not_hasty(repeat_s: float) -> list[tuple[str, str]]:
    return [] if repeat_s >= 1 else [("", f"must be 1 s or more (found {repeat_s:g})")]


def _distinct(keys: tuple[PadKey, ...]) -> list[tuple[str, str]]:
    faults = []
    for i, key in enumerate(keys):
        if any(other.value == key.value for other in keys[:i]):
            faults.append((f"[{i}].value", f"another key sends {key.value} as well"))
        if any(other.level == key.level for other in keys[:i]):
            faults.append((f"[{i}].level", f"another key means level {key.level} as well"))
    return faults


def _level(level: int) -> list[tuple[str, str]]:
    return [] if 1 <= level <= 5 else [("", f"must be 1–5 (found {level})")]


def _says_its_levels(pad: PadProfile) -> list[tuple[str, str]]:
    """A pad that lacks a level must say so, and one that has all five must not deny it."""
    there = len({key.level for key in pad.keys})
    if pad.five_level == (there == 5):
        return []
    return [(".five_level", f"must be {str(there == 5).lower()}: the keys give {there} of the five levels")]


def _can_be_polled(keypad: KeypadProfile) -> list[tuple[str, str]]:
    if keypad.speaks == "unasked":
        return []
    faults = []
    if not 1 <= keypad.poll_command <= 0xFF:
        faults.append((".poll_command", f"must be 1–255 for a keypad that is polled (found {keypad.poll_command})"))
    if not 1 <= keypad.poll_reply_ms <= 1000:
        faults.append((".poll_reply_ms", f"must be 1–1000 for a keypad that is polled (found {keypad.poll_reply_ms})"))
    return faults


RULES: Final[Rules] = {
    (LineSettings, "baud"): _least(1),
    (PrinterProfile, "sources"): _has_source,
    (PrinterProfile, "width_dots"): _least(1),
    (PrinterProfile, "columns"): _least(1),
    (PrinterProfile, ""): _columns_fit,
    (KeypadProfile, "sources"): _has_source,
    (KeypadProfile, "ack_timeout_ms"): _least(1),
    (KeypadProfile, "retries"): _least(0),
    (KeypadProfile, "max_digits"): _least(1),
    (KeypadProfile, "keymap"): clash_faults,
    (KeypadProfile, ""): _can_be_polled,
    (BarProfile, "sources"): _has_source,
    (BarProfile, "columns"): _columns_send,
    (BarProfile, "reply_timeout_ms"): _least(0),
    (BarProfile, "repeat_s"): _not_hasty,
    (PadProfile, "sources"): _has_source,
    (PadProfile, "ack_timeout_ms"): _least(1),
    (PadProfile, "retries"): _least(0),
    (PadProfile, "keys"): _distinct,
    (PadProfile, ""): _says_its_levels,
    (PadKey, "value"): _most(0xFF),
    (PadKey, "level"): _level,
    (Binding, "key"): _most(0xFF),
    (Binding, "digits"): pattern_faults,
}


def parse_profile(name: str, texts: Mapping[str, str]) -> Profile:
    """The profile called `name`; `texts` has the TOML of every profile by name (without ".toml").

    Raises BadFile with every mistake, each with its file (the one that said it), path and reason.
    """
    table, mistakes = _laid_over(name, texts)
    kind = table.pop("kind", None)
    struct = KINDS.get(kind) if isinstance(kind, str) else None
    profile: Profile | None = None
    if struct is None:
        mistakes.tell(".kind", f"{kind!r} is no kind of device; known are: {', '.join(sorted(KINDS))}")
    else:
        profile = read_struct(struct, table, "", mistakes, RULES)
    if profile is None or mistakes.found:
        raise BadFile(tuple(sorted(mistakes.found)))
    return profile


class _ByFile(Mistakes):
    """Mistakes of a profile laid over others: each is told with the file that holds it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.said_by: dict[str, str] = {}  # path → file

    def tell(self, at: str, reason: str) -> None:
        """`at` is a path such as ".line.baud"; what is missing is missing in the profile asked for."""
        where = at
        while where and where not in self.said_by:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        super().tell(f"{self.said_by.get(where, self.name)}.toml{at}", reason)


def _laid_over(name: str, texts: Mapping[str, str]) -> tuple[dict[str, Any], _ByFile]:
    """The profile's table laid over those it extends. Raises BadFile if one of them is not there or not
    TOML."""
    chain: list[tuple[str, dict[str, Any]]] = []
    wanted: object = name
    while wanted is not None:
        before = [file for file, _ in chain]
        asked_by = f"{before[-1]}.toml.extends" if before else f"{name}.toml"
        if not isinstance(wanted, str) or wanted not in texts:
            raise BadFile((f"{asked_by}: there is no profile {wanted!r}; known are: {', '.join(sorted(texts))}",))
        if wanted in before:
            raise BadFile((f"{asked_by}: goes round in a circle: {' → '.join([*before, wanted])}",))
        if len(chain) == MAX_EXTENDS:
            raise BadFile((f"{asked_by}: more than {MAX_EXTENDS} profiles over each other",))
        unread = Mistakes()
        table = read_toml(f"{wanted}.toml", texts[wanted], unread)
        if unread.found:
            raise BadFile(tuple(unread.found))
        chain.append((wanted, table))
        wanted = table.pop("extends", None)
    merged: dict[str, Any] = {}
    mistakes = _ByFile(name)
    for file, table in reversed(chain):
        for claim in OWN_CLAIMS:
            merged.pop(claim, None)
            mistakes.said_by.pop(f".{claim}", None)
        _lay(merged, table, "", file, mistakes.said_by)
    return merged, mistakes


def _lay(below: dict[str, Any], above: dict[str, Any], at: str, file: str, said_by: dict[str, str]) -> None:
    for key, value in above.items():
        path = f"{at}.{key}"
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _lay(below[key], value, path, file, said_by)
        else:
            below[key] = value
            said_by[path] = file
