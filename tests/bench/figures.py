"""Figures and how they are told: bench.json for programs, bench.md for people, the raw samples for whoever doubts."""

from __future__ import annotations

import csv
import os
import platform
import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
import psutil
from msgspec import Struct
from rich.markup import escape
from rich.table import Table

HERE = Path(__file__).parent


class Figure(Struct, frozen=True, kw_only=True):
    """A measured value. `ratio` is value / floor; `bound` is what the ratio, or without a floor the value, must keep
    to: at most, or `at_least`. `holds` is None where no bound is set."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    bound: float | None = None
    holds: bool | None = None


class Note(Struct, frozen=True):
    """Something about a run that is no figure: what was skipped, or what the load generator used."""

    about: str
    words: str


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    floor: float | None = None,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Figure:
    """A figure with its ratio and verdict."""
    ratio = value / floor if floor else None
    judged = value if ratio is None else ratio
    bound = at_most if at_most is not None else at_least
    holds = None
    if at_most is not None:
        holds = judged <= at_most
    elif at_least is not None:
        holds = judged >= at_least
    return Figure(name=name, value=value, unit=unit, floor=floor, ratio=ratio, bound=bound, holds=holds)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank). Raises ValueError for no values."""
    if not values:
        raise ValueError("no samples")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def write_samples(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Raw samples as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write_json(path: Path, figures: Sequence[Figure]) -> None:
    """bench.json: a list of figures."""
    rounded = [msgspec.structs.replace(f, **_rounded(f)) for f in figures]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rounded), indent=2) + b"\n")


def _rounded(one: Figure) -> dict[str, float | None]:
    return {
        key: None if getattr(one, key) is None else float(f"{getattr(one, key):.4g}")
        for key in ("value", "floor", "ratio")
    }


def table(figures: Sequence[Figure]) -> Table:
    """The figures for a terminal."""
    shown = Table(title="jiaohao")
    for heading in ("figure", "value", "unit", "floor", "ratio", "bound", "holds"):
        shown.add_column(heading, justify="left" if heading in ("figure", "unit") else "right")
    for one in figures:
        colour = {True: "green", False: "red", None: "dim"}[one.holds]
        shown.add_row(*(escape(cell) for cell in _cells(one)[:-1]), f"[{colour}]{_cells(one)[-1]}[/]")
    return shown


def _cells(one: Figure) -> list[str]:
    return [
        one.name,
        _number(one.value),
        one.unit,
        _number(one.floor),
        _number(one.ratio),
        _number(one.bound),
        {True: "yes", False: "NO", None: "–"}[one.holds],
    ]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def write_page(path: Path, figures: Sequence[Figure], notes: Sequence[Note], now: datetime) -> None:
    """bench.md: the table, the machine, what each figure means, and what was tried for each miss."""
    told = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    lines = [told["title"], "", told["intro"].strip(), "", *_machine(now), ""]
    lines += ["| figure | value | unit | floor | ratio | bound | holds |", "|---|--:|---|--:|--:|--:|---|"]
    lines += ["| " + " | ".join(_cells(one)) + " |" for one in figures]
    lines += ["", told["floor"].strip(), ""]
    lines += [f"- **{note.about}**: {note.words}" for note in notes]
    missed = [one.name for one in figures if one.holds is False]
    lines += ["", told["missed"] if missed else told["none_missed"], ""]
    for name in missed:
        tried = next((words for start, words in told["tried"].items() if name.startswith(start)), told["untried"])
        lines += [f"- **{name}**: {' '.join(tried.split())}"]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    place_soak(path.parent)


def place_soak(out: Path) -> None:
    """Write the last part of bench.md from soak.json, if both are there."""
    page, figures = out / "bench.md", out / "soak.json"
    if not page.exists() or not figures.exists():
        return
    told = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    ran = msgspec.json.decode(figures.read_bytes())
    faults = ", ".join(f"{count} × {fault}" for fault, count in sorted(ran["faults"].items()))
    words = told["soak"].strip().format_map({**ran, "faults": faults})
    kept = page.read_text(encoding="utf-8").partition(told["soak_title"])[0].rstrip()
    page.write_text(f"{kept}\n\n{told['soak_title']}\n\n{words}\n", encoding="utf-8")


def _machine(now: datetime) -> list[str]:
    memory = psutil.virtual_memory().total / 1e9
    load = ", ".join(f"{part:.2f}" for part in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in ("paho-mqtt", "msgspec", "pygame"))
    return [
        f"- {now:%Y-%m-%d %H:%M %z}",
        f"- {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, load {load} at the end",
        f"- {platform.system()} {platform.release()}, Python {platform.python_version()}, {packages}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
