"""A small right hall as plain data, and what is told when something in it is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hall.errors import BadFile
from hall.hallfile import parse_hall
from hall.pin import verifier

Table = dict[str, Any]
Change = Callable[[Table], object]

PIN_101, PIN_102 = verifier("246810", bytes(16)), verifier("135790", bytes(15) + b"\1")


def a_matter(id_: str, name: str, department: str) -> Table:
    return {
        "id": id_,
        "name": name,
        "department": department,
        "case": "promised",
        "guide": {
            "basis": "《中华人民共和国社会保险法》",
            "conditions": ["户籍在本村"],
            "materials": [{"name": "居民身份证", "originals": 1, "copies": 1}],
            "fee": "不收费",
            "statutory_days": 10,
            "promised_days": 5,
            "steps": [{"name": "受理", "post": "代办员", "phone": "0915-000 0001"}],
        },
    }


def a_hall() -> Table:
    """A small right hall as plain data."""
    return {
        "id": "village",
        "name": "示例村为民服务代办点",
        "departments": [
            {"id": "social", "name": "社会保障", "series": "A"},
            {"id": "civil", "name": "民政", "series": "B"},
        ],
        "matters": [
            a_matter("pension", "养老保险", "social"),
            a_matter("medical", "医疗保险", "social"),
            a_matter("relief", "临时救助", "civil"),
        ],
        "zones": [{"id": "main", "name": "大厅"}, {"id": "self", "name": "自助区"}],
        "windows": [
            {"number": 1, "zone": "main", "serves": ["pension", "medical"]},
            {"number": 2, "zone": "main", "serves": ["relief"]},
        ],
        "clerks": [
            {"badge": "101", "name": "示例甲", "pin": PIN_101, "photo": "101.png"},
            {"badge": "102", "name": "示例乙", "pin": PIN_102, "photo": "102.jpg"},
        ],
        "posts": [{"window": 1, "letter": "A", "badge": "101"}, {"window": 1, "letter": "B", "badge": "102"}],
        "stations": [
            {"id": "kiosk-1", "roles": ["kiosk"], "zone": "self"},
            {"id": "window-1", "roles": ["caller"], "windows": [1]},
            {"id": "window-2", "roles": ["caller"], "windows": [2]},
        ],
        "hours": {"taking": [["08:50", "16:50"]], "calling": [["09:00", "17:00"]]},
        "holidays": {"years": [2026], "off": ["2026-10-01"], "working": ["2026-10-10"]},
        "policy": {"reprint_s": 60.0},
    }


def toml(table: Table) -> str:
    """The table as TOML, every value inline."""
    return "".join(f"{key} = {_inline(value)}\n" for key, value in table.items())


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(v) for v in value) + "]"
    return json.dumps(value)


def mistakes(table: Table, **others: str) -> list[str]:
    """What is told of a hall; `others` are further files by name without .toml."""
    texts = {"hall.toml": toml(table)} | {f"{name}.toml": text for name, text in others.items()}
    try:
        parse_hall("hall.toml", texts)
    except BadFile as error:
        return list(error.mistakes)
    return []


def put(path: str, value: object) -> Change:
    """Set `matters.0.guide.fee` and the like."""
    *way, last = path.split(".")

    def change(table: Table) -> None:
        at: Any = table
        for key in way:
            at = at[int(key) if key.isdigit() else key]
        at[int(last) if last.isdigit() else last] = value

    return change


def add(path: str, value: object) -> Change:
    def change(table: Table) -> None:
        at: Any = table
        for key in path.split("."):
            at = at[int(key) if key.isdigit() else key]
        at.append(value)

    return change
