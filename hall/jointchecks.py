"""What a hall file may say of 联办 matters: the rules that only several rows together can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from hall.checked import Mistakes
from hall.model import CaseType


class Windows(Struct, frozen=True):
    """Which windows serve what, as far as the file can be read: by matter, own and delegated."""

    serving: Mapping[str, tuple[int, ...]]

    @classmethod
    def read(cls, rows: Sequence[object]) -> Windows | None:
        """From the rows of windows; None where one of them is unreadable."""
        found: dict[str, list[int]] = {}
        for row in rows:
            if not isinstance(row, dict) or not isinstance(row.get("number"), int):
                return None
            for names in (row.get("serves", []), row.get("delegated", [])):
                if not isinstance(names, list):
                    return None
                for name in names:
                    found.setdefault(str(name), []).append(row["number"])
        return cls({name: tuple(numbers) for name, numbers in found.items()})


def check_joint(matters: Sequence[tuple[str, object]], windows: Sequence[object], mistakes: Mistakes) -> None:
    """Tell what cannot be in the `joint` of every matter (place and row)."""
    rows = {str(row.get("id")): row for _, row in matters if isinstance(row, dict)}
    serving = Windows.read(windows)
    for at, row in matters:
        if isinstance(row, dict) and isinstance(row.get("joint"), dict):
            for below, reason in _of_matter(row, row["joint"], rows, serving):
                mistakes.tell(f"{at}.joint{below}", reason)


def _of_matter(
    matter: dict[str, Any], joint: dict[str, Any], rows: Mapping[str, dict[str, Any]], serving: Windows | None
) -> Iterator[tuple[str, str]]:
    own, parts, host = str(matter.get("id")), joint.get("parts"), joint.get("host")
    if matter.get("case") in [case.value for case in CaseType if case is not CaseType.JOINT]:
        yield "", f'only a case = "joint" is done by several (found {matter["case"]!r})'
    for i, part in enumerate(parts if isinstance(parts, list) else ()):
        if not isinstance(part, str):
            continue  # told as no matter's id
        if part == own:
            yield f".parts[{i}]", f"{part} itself: the host takes it in first and ends it last by itself"
        elif part in rows and rows[part].get("joint") is not None:
            yield f".parts[{i}]", f"{part} is done by several itself: name its parts here"
        elif part in rows and serving is not None and part not in serving.serving:
            yield f".parts[{i}]", f"no window serves {part!r}: nobody could do this part"
    if serving is not None and type(host) is int:
        here = serving.serving.get(own, ())
        if here and host not in here:
            numbers = ", ".join(map(str, here))
            yield ".host", f"window {host} does not serve {own!r}: one of {numbers}"
