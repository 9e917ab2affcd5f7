"""hall.toml: a hall from its files, or all the mistakes in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from hall.checked import Mistakes, judge, read_field, read_struct, read_toml, tell_unknown
from hall.errors import BadFile
from hall.hallchecks import Row, Told, check_together, field_rules
from hall.model import Clerk, Department, Hall, Matter, Post, Station, Window, Zone
from hall.soundness import unsound

LISTS: Mapping[str, type[Struct]] = {
    "departments": Department,
    "matters": Matter,
    "zones": Zone,
    "windows": Window,
    "clerks": Clerk,
    "posts": Post,
    "stations": Station,
}


class Joined(Struct):
    """What all files tell together: the rows of the lists, the rest, and where each key stood first."""

    rows: dict[str, list[Row]] = {}
    rest: dict[str, object] = {}
    places: dict[str, str] = {}
    complete: bool = True


def included(main: str, text: str) -> tuple[str, ...]:
    """The further files that a hall file names under `files`; mistakes in them are told by `parse_hall`."""
    files = read_toml(main, text, Mistakes()).get("files", [])
    return tuple(f for f in files if isinstance(f, str)) if isinstance(files, list) else ()


def parse_hall(main: str, texts: Mapping[str, str], *, judged: bool = True) -> Hall:
    """The hall told by `main` and the files it names. `texts` maps each file's name to its text.

    Lists of several files are joined. Raises BadFile with every mistake: file, path and reason; once all else is
    right and unless the policy is not to be `judged`, also with what it cannot hold (hall.soundness).
    """
    mistakes = Mistakes()
    joined = _joined(main, texts, mistakes)
    told = Told(joined.rows, joined.complete)
    rules = field_rules(told)
    values: dict[str, Any] = {}
    for field in structs.fields(Hall):
        key, at = field.name, joined.places.get(field.name, "")
        if key in joined.rows:
            rows = joined.rows[key]
            judge((Hall, key), rows, at, mistakes, rules)
            values[key] = tuple(read_struct(LISTS[key], row.data, row.at, mistakes, rules) for row in rows)
        elif key in joined.rest:
            values[key] = read_field(Hall, field, joined.rest[key], at, mistakes, rules)
        elif field.required and joined.complete and not at:
            mistakes.tell(f"{main}: {key}", "missing")
    check_together(told, mistakes)
    if mistakes.found:
        raise BadFile(tuple(dict.fromkeys(mistakes.found)))
    hall = Hall(**values)
    broken = unsound(hall) if judged else ()
    if broken:
        raise BadFile(tuple(f"{_place(one.where, main, joined)}{one.where}: {one.rule}: {one.why}" for one in broken))
    return hall


def _place(where: str, main: str, joined: Joined) -> str:
    """The file that a path stands in."""
    key = re.split(r"[.\[]", where, maxsplit=1)[0]
    return joined.places.get(key, f"{main}: {key}").removesuffix(key)


def _joined(main: str, texts: Mapping[str, str], mistakes: Mistakes) -> Joined:
    joined = Joined()
    tables = {main: read_toml(main, texts[main], mistakes)}
    for name in _further(main, tables[main].pop("files", []), texts, mistakes):
        tables[name] = read_toml(name, texts[name], mistakes)
        if tables[name].pop("files", None) is not None:
            mistakes.tell(f"{name}: files", f"only {main} names further files")
    joined.complete = not mistakes.found
    for name, table in tables.items():
        tell_unknown(Hall, table, f"{name}: ", mistakes)
        for key, value in table.items():
            if key in Hall.__struct_fields__:
                _join(name, key, value, joined, mistakes)
    return joined


def _further(main: str, files: object, texts: Mapping[str, str], mistakes: Mistakes) -> Sequence[str]:
    """The further files that can be read, each once."""
    if not isinstance(files, list):
        mistakes.tell(f"{main}: files", "expected a list of file names")
        return ()
    names: list[str] = []
    for i, name in enumerate(files):
        at = f"{main}: files[{i}]"
        if not isinstance(name, str):
            mistakes.tell(at, f"expected a file name (found {name!r})")
        elif name in (main, *names):
            mistakes.tell(at, f"{name!r} is read already")
        elif name not in texts:
            mistakes.tell(at, f"there is no file {name!r} beside it")
        else:
            names.append(name)
    return names


def _join(file: str, key: str, value: object, joined: Joined, mistakes: Mistakes) -> None:
    """Add one key of a file to the whole."""
    at = f"{file}: {key}"
    before = joined.places.setdefault(key, at)
    if key not in LISTS:
        if key in joined.rest:
            mistakes.tell(at, f"stands in {before.partition(':')[0]} already")
        else:
            joined.rest[key] = value
    elif isinstance(value, list):
        rows = [Row(f"{at}[{i}]", row) for i, row in enumerate(value)]
        joined.rows.setdefault(key, []).extend(rows)
    else:
        joined.complete = False
        mistakes.tell(at, f"expected a list: each row begins with [[{key}]]")
