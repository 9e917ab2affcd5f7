"""Profile texts → Profile, checked to the last key: all mistakes at once, each with the file that holds it.

A profile may `extends = "<name>"`: tables are laid over the older profile's key by key, everything else replaces.
`title`, `verified`, `sources` and `captures` are each file's own claim and are never inherited.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hall.checked import Mistakes, Rules, read_struct, read_toml
from hall.dialects.aabb import Look
from hall.errors import BadFile
from hall.keymap import Binding, clash_faults, pattern_faults
from hall.profile import (
    KINDS,
    BarProfile,
    KeypadProfile,
    LineSettings,
    PadKey,
    PadProfile,
    Presenter,
    PrinterProfile,
    Profile,
)

OWN_CLAIMS: Final = ("title", "verified", "sources", "captures")
MAX_EXTENDS: Final = 8
MOST_BAR_COLUMNS: Final = 126  # a letter takes two bytes of the 254 that an A0 90 frame may hold
MOST_DIGITS: Final = 5  # number4 counts to 65535
FONT_A_DOTS: Final = 12  # dots across one character of ESC/POS font A


def _least(least: int) -> Callable[[int], list[tuple[str, str]]]:
    return lambda value: [("", f"must be {least} or more (found {value})")] if value < least else []


def _between(least: int, most: int) -> Callable[[int], list[tuple[str, str]]]:
    return lambda value: [] if least <= value <= most else [("", f"must be {least}–{most} (found {value})")]


def _most(most: int) -> Callable[[int], list[tuple[str, str]]]:
    return lambda value: [] if 0 <= value <= most else [("", f"must be 0–{most} (found {value})")]


def _has_source(sources: tuple[str, ...]) -> list[tuple[str, str]]:
    return [] if sources else [("", "a profile without a source is a guess; name where its facts come from")]


def _claim_holds(profile: Profile) -> list[tuple[str, str]]:
    """How far a profile is verified must be seen in what it cites."""
    if profile.verified == "captured" and not profile.captures:
        return [(".verified", 'captured, but no capture is named: captures = ["<file below tests/captures>"]')]
    if profile.verified == "two sources" and len(profile.sources) < 2:
        return [(".verified", "two sources, but only one is named in sources")]
    return []


def _printer(printer: PrinterProfile) -> list[tuple[str, str]]:
    faults = _claim_holds(printer)
    if printer.columns * FONT_A_DOTS > printer.width_dots:
        faults.append((".columns", f"{printer.columns} × {FONT_A_DOTS} dots are wider than {printer.width_dots} dots"))
    if printer.in_order_status and not printer.fixed_bits:
        faults.append((".fixed_bits", "false, so in_order_status must be false: its answers look like any others"))
    if printer.auto_status and not printer.fixed_bits:
        faults.append((".fixed_bits", "false, so auto_status must be false: its four bytes look like any others"))
    if printer.auto_status and printer.status == "full":
        faults.append((".status", "full, so auto_status must be false: 10 begins what is asked and what is not"))
    if printer.presenter is not None and printer.cut == "none":
        faults.append((".presenter", "a presenter holds out what was cut, but cut is none"))
    return faults


def _bar(bar: BarProfile) -> list[tuple[str, str]]:
    """What only some dialects have must be there for those, and for no other."""
    faults = _claim_holds(bar)
    if not 2 <= bar.columns <= MOST_BAR_COLUMNS:
        faults.append((".columns", f"must be 2–{MOST_BAR_COLUMNS} (found {bar.columns}); one frame holds no more"))
    if bar.digits is not None and not 1 <= bar.digits <= MOST_DIGITS:
        faults.append((".digits", f"must be 1–{MOST_DIGITS} (found {bar.digits}); one frame holds no more"))
    if bar.dialect == "number4" and bar.reply_timeout_ms:
        faults.append((".reply_timeout_ms", f"must be 0 (found {bar.reply_timeout_ms}): number4 has no reply"))
    wanted = {
        "look": bar.dialect.startswith("aabb"),
        "sum_counts_end": bar.dialect == "aabb-sum",
        "digits": bar.dialect == "number4",
    }
    for name, needed in wanted.items():
        if needed and getattr(bar, name) is None:
            faults.append((f".{name}", f"missing; {bar.dialect} needs it"))
        elif not needed and getattr(bar, name) is not None:
            faults.append((f".{name}", f"{bar.dialect} has no such thing; remove it"))
    return faults


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
        return _claim_holds(pad)
    return [
        *_claim_holds(pad),
        (".five_level", f"must be {str(there == 5).lower()}: the keys give {there} of the five levels"),
    ]


def _keypad(keypad: KeypadProfile) -> list[tuple[str, str]]:
    faults = _claim_holds(keypad)
    if keypad.speaks == "unasked":
        return faults
    if not 1 <= keypad.poll_command <= 0xFF:
        faults.append((".poll_command", f"must be 1–255 for a keypad that is polled (found {keypad.poll_command})"))
    if not 1 <= keypad.poll_reply_ms <= 1000:
        faults.append((".poll_reply_ms", f"must be 1–1000 for a keypad that is polled (found {keypad.poll_reply_ms})"))
    return faults


RULES: Final[Rules] = {
    (LineSettings, "baud"): _between(300, 4_000_000),
    (PrinterProfile, "sources"): _has_source,
    (PrinterProfile, "width_dots"): _least(1),
    (PrinterProfile, "columns"): _least(1),
    (PrinterProfile, ""): _printer,
    (KeypadProfile, "sources"): _has_source,
    (KeypadProfile, "ack_timeout_ms"): _between(1, 10_000),
    (KeypadProfile, "retries"): _between(0, 20),
    (KeypadProfile, "max_digits"): _least(1),
    (KeypadProfile, "keymap"): clash_faults,
    (KeypadProfile, ""): _keypad,
    (BarProfile, "sources"): _has_source,
    (BarProfile, ""): _bar,
    (BarProfile, "reply_timeout_ms"): _between(0, 10_000),
    (BarProfile, "repeat_s"): _not_hasty,
    (PadProfile, "sources"): _has_source,
    (PadProfile, "ack_timeout_ms"): _between(1, 10_000),
    (PadProfile, "retries"): _between(0, 20),
    (PadProfile, "keys"): _distinct,
    (PadProfile, ""): _says_its_levels,
    (PadKey, "value"): _most(0xFF),
    (PadKey, "level"): _level,
    (Presenter, "steps"): _most(0xFF),
    **{(Look, field): _most(0xFF) for field in Look.__struct_fields__},
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
