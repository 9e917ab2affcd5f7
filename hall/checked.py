"""Reading values out of files so that all mistakes are told at once, each with its file and path."""

from __future__ import annotations

import difflib
import functools
import math
import types
import typing
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Struct, structs

T = TypeVar("T", bound=Struct)

# What a value's type alone does not say: (path below the value, reason) for every mistake in it.
Rule: TypeAlias = Callable[[Any], Iterable[tuple[str, str]]]
# By struct and field; the field "" is the whole struct, judged once its fields are right.
Rules: TypeAlias = Mapping[tuple[type[Struct], str], Rule]


class Broken(Enum):
    """What stands for a value that could not be made."""

    BROKEN = "broken"


BROKEN = Broken.BROKEN
SECRET = ("pin", "password")  # fields whose value no mistake may show


class Mistakes:
    """The mistakes found so far; `at` is the file, or a path inside it."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def tell(self, at: str, reason: str) -> None:
        self.found.append(f"{at}: {reason}")


def read_toml(file: str, text: str, mistakes: Mistakes) -> dict[str, Any]:
    """The TOML table in `text`; an empty one, with the mistake told, if it cannot be read."""
    try:
        table = msgspec.toml.decode(text.removeprefix("\ufeff"))  # Windows' editor writes a byte order mark
    except (msgspec.DecodeError, RecursionError) as error:
        mistakes.tell(file, f"not TOML: {error}")
        return {}
    assert isinstance(table, dict)
    return table


def read_struct(kind: type[T], data: object, at: str, mistakes: Mistakes, rules: Rules | None = None) -> T | None:
    """A `kind` from plain data; None if anything below `at` is wrong, with every mistake told."""
    before = len(mistakes.found)
    value = _struct(kind, data, at, mistakes, rules or {})
    return value if isinstance(value, kind) and len(mistakes.found) == before else None


def read_field(
    kind: type[Struct],
    field: structs.FieldInfo,
    data: object,
    at: str,
    mistakes: Mistakes,
    rules: Rules | None = None,
) -> Any:
    """The value of one field of `kind`; anything, with the mistakes told, if it is wrong."""
    hint, needed, secret = _hints(kind)[field.name], field.required, field.name in SECRET
    value = _read(hint, data, at, mistakes, rules or {}, needed, secret)
    if value is not BROKEN:
        judge((kind, field.name), value, at, mistakes, rules or {})
    return value


def judge(what: tuple[type[Struct], str], value: Any, at: str, mistakes: Mistakes, rules: Rules) -> None:
    """Tell what the rule of a struct's field, or of a whole struct, finds in a value."""
    rule = rules.get(what)
    for below, reason in rule(value) if rule else ():
        mistakes.tell(at + below, reason)


def tell_unknown(kind: type[Struct], keys: Iterable[str], before: str, mistakes: Mistakes) -> None:
    """Tell the keys that `kind` does not know, with `before` as path and the one that was meant."""
    known = kind.__struct_encode_fields__
    for key in keys:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(sorted(known))}"
            mistakes.tell(f"{before}{key}", f"unknown key; {hint}")


@functools.cache
def _hints(kind: type[Struct]) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _struct(kind: type[T], data: object, at: str, mistakes: Mistakes, rules: Rules) -> T | Broken:
    if not isinstance(data, dict):
        mistakes.tell(at, f"expected a table, found {_noun(data)}")
        return BROKEN
    tell_unknown(kind, data, f"{at}.", mistakes)
    values: dict[str, Any] = {}
    for field in structs.fields(kind):
        key = field.encode_name
        if key in data:
            values[field.name] = read_field(kind, field, data[key], f"{at}.{key}", mistakes, rules)
        elif field.required:
            mistakes.tell(f"{at}.{key}", "missing")
            values[field.name] = BROKEN
    if BROKEN in values.values():
        return BROKEN
    value = kind(**values)
    judge((kind, ""), value, at, mistakes, rules)
    return value


def _read(
    hint: Any,
    data: object,
    at: str,
    mistakes: Mistakes,
    rules: Rules,
    needed: bool = False,
    secret: bool = False,
) -> Any:
    """The value; BROKEN if it cannot be made. One that only breaks a rule is made: other rules see it."""
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return _struct(hint, data, at, mistakes, rules)
    if origin in (typing.Union, types.UnionType):
        inner = [a for a in arguments if a is not type(None)]
        if len(inner) == 1 and data is not None:
            return _read(inner[0], data, at, mistakes, rules, needed=True, secret=secret)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        if not isinstance(data, list):
            mistakes.tell(at, f"expected a list, found {_noun(data)}")
            return BROKEN
        items = enumerate(data)
        values = tuple(_read(arguments[0], d, f"{at}[{i}]", mistakes, rules, needed=True) for i, d in items)
        return BROKEN if BROKEN in values else values
    if origin is dict and isinstance(data, dict):
        table = {k: _read(arguments[1], item, f"{at}.{k}", mistakes, rules) for k, item in data.items()}
        return BROKEN if BROKEN in table.values() else table
    try:
        value = msgspec.convert(data, hint)
    except msgspec.ValidationError as error:
        mistakes.tell(at, _words(error, data, secret, _choices(hint)))
        return BROKEN
    if isinstance(value, str | float) and (reason := _unusable(value, needed)):
        mistakes.tell(at, reason)
        return BROKEN
    return value


def _unusable(value: str | float, needed: bool) -> str:
    """Why a text or number is of no use wherever it stands; empty if it is."""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"must be a number (found {value})"
    if needed and not value.strip():
        return "must not be empty"
    # These words go to printers and terminals, where ESC and its kin are orders.
    odd = next((c for c in value if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")), "")
    return f"holds the control character U+{ord(odd):04X}" if odd else ""


def _choices(hint: Any) -> str:
    """The values that a choice allows; empty if the type is none."""
    if typing.get_origin(hint) is typing.Literal:
        return ", ".join(map(str, typing.get_args(hint)))
    return ", ".join(str(m.value) for m in hint) if isinstance(hint, type) and issubclass(hint, Enum) else ""


def _words(error: msgspec.ValidationError, data: object, secret: bool, choices: str) -> str:
    told = f"must be one of: {choices}" if choices else str(error)
    shown = isinstance(data, str | int | float | bool) and not secret
    return f"{told} (found {data!r})" if shown else told


def _noun(data: object) -> str:
    return {dict: "a table", list: "a list", str: "text", bool: "true/false"}.get(type(data), repr(data))
