"""docs/settings.md: every setting of every file, drawn from the values that the files become.

python -m upkeep.settingsdoc > docs/settings.md
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct, structs

from hall.model import Hall
from hall.station.settings import words
from hall.stationfile import HubFile, StationFile
from upkeep.provision import SiteFile

FILES: tuple[tuple[str, type[Struct]], ...] = (
    ("stations/NAME/station.toml", StationFile),
    ("hall/hall.toml", Hall),
    ("hub.toml", HubFile),
    ("site.toml", SiteFile),
)
HEAD = """# 设置一览 · every setting

由程序生成（`python -m upkeep.settingsdoc`），测试核对。文件位于 `/etc/jiaohao`。
写错时一次列出全部错误：文件、位置、原因、允许的值；带错的文件不会启动。
Generated, and checked by a test. The files are in `/etc/jiaohao`. Mistakes are told all at once, with file, place,
reason and what is allowed; nothing starts with a wrong file. `hall doctor` reads every file of a machine.

`—`: 必填 · must be told.
"""
COLUMNS = "| 设置 setting | 默认 default | 允许 allowed | 说明 what it is |\n|---|---|---|---|\n"
SIMPLE = {
    str: "文字 text",
    int: "整数 whole number",
    float: "数 number",
    bool: "`true` / `false`",
}


class Setting(Struct, frozen=True):
    """One setting: its path in the file, and the value and field it becomes."""

    path: str
    kind: type[Struct]
    field: str
    allowed: str
    default: str


def settings(kind: type[Struct], before: str = "") -> Iterator[Setting]:
    """Every setting of a file, those of its tables below it."""
    hints = typing.get_type_hints(kind)
    for field in structs.fields(kind):
        hint, path = hints[field.name], before + field.encode_name
        inner, many = _inner(hint)
        yield Setting(path, kind, field.name, _allowed(hint), _default(field))
        if inner is not None:
            yield from settings(inner, f"{path}{'[]' if many else ''}.")


def _options(hint: Any) -> list[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [a for a in typing.get_args(hint) if a is not type(None)]
    return [hint]


def _inner(hint: Any) -> tuple[type[Struct] | None, bool]:
    """The table that a hint names, and whether there may be many of it."""
    for option in _options(hint):
        if isinstance(option, type) and issubclass(option, Struct):
            return option, False
        if typing.get_origin(option) is tuple:
            (item, *_) = typing.get_args(option)
            if isinstance(item, type) and issubclass(item, Struct):
                return item, True
    return None, False


def _allowed(hint: Any) -> str:
    found = []
    for option in _options(hint):
        if isinstance(option, type) and issubclass(option, Enum):
            found.append(" ".join(f"`{member.value}`" for member in option))
        elif isinstance(option, type) and issubclass(option, Struct):
            found.append("表 table")
        elif typing.get_origin(option) is tuple:
            item = typing.get_args(option)[0]
            found.append(
                f"列表 list: {_allowed(item)}" if typing.get_origin(item) is not tuple else "列表 list: `[a, b]`"
            )
        else:
            found.append(SIMPLE[option])
    return " / ".join(found)


def _default(field: structs.FieldInfo) -> str:
    if field.required:
        return "—"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None or isinstance(value, Struct) or value in ((), ""):
        return ""
    return f"`{msgspec.json.encode(value).decode()}`"


def document() -> str:
    """The whole page. Raises MissingWords for a setting that nobody has described."""
    chinese, english = words("settings", "zh"), words("settings", "en")
    parts = [HEAD]
    for name, kind in FILES:
        parts.append(
            f"\n## {name}\n\n| 设置 setting | 默认 default | 允许 allowed | 说明 what it is |\n|---|---|---|---|\n"
        )
        for setting in settings(kind):
            key = f"{setting.kind.__name__}.{setting.field}"
            told = f"{chinese(key)} · {english(key)}"
            parts.append(f"| `{setting.path}` | {setting.default} | {setting.allowed} | {told} |\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.stdout.write(document())
