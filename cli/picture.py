"""One picture of a whole hall: its screens, a slip, its LED bars, in rows as wide as each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from hall.model import Hall, Role, StationId

WIDTH: Final = 2_400  # pixels
GAP: Final = 28
TALLEST: Final = 900  # a row of few panels is not blown up
BARS_A_ROW: Final = 4
GROUND: Final = (226, 231, 238)
SHADOW: Final = (176, 186, 200)
# Of each screen the latest of these pages, the most telling first; else whatever it showed last.
TELLING: Final = ("take", "levels", "reasons", "issued", "desk_serving", "desk_calling", "board", "departments")


def hall_picture(hall: Hall, screens: Path, slips: Path, devices: Path) -> Image.Image | None:
    """The whole hall; None if nothing was drawn. `screens`: a directory a station; `slips`: pictures of slips in a
    directory a printer; `devices`: a picture for each LED bar, `bar-NN.png`."""
    rows = [row for row in _rows(hall, screens, slips, devices) if row]
    if not rows:
        return None
    sized = [_fitted(row) for row in rows]
    height = sum(row[0].height for row in sized) + GAP * (len(sized) + 1)
    whole = Image.new("RGB", (WIDTH, height), GROUND)
    y = GAP
    for row in sized:
        x = (WIDTH - sum(panel.width for panel in row) - GAP * (len(row) - 1)) // 2
        for panel in row:
            whole.paste(panel, (x, y))
            ImageDraw.Draw(whole).rectangle((x, y, x + panel.width - 1, y + panel.height - 1), outline=SHADOW, width=2)
            x += panel.width + GAP
        y += row[0].height + GAP
    return whole


def _rows(hall: Hall, screens: Path, slips: Path, devices: Path) -> Iterable[list[Image.Image]]:
    """What stands beside what: arriving, looking up, sitting down, and the bars over the windows."""

    def shown(stations: Iterable[StationId]) -> list[Image.Image]:
        return [Image.open(path).convert("RGB") for s in stations if (path := _most_telling(screens / s))]

    def of(role: Role, *, first: int = 99) -> list[StationId]:
        return [s.id for s in hall.stations if role in s.roles and (screens / s.id).is_dir()][:first]

    boards = of(Role.DISPLAY)
    zones = [s for s in boards if hall.by_station[s].zone and not s.startswith("sign")]
    halls = [s for s in boards if not hall.by_station[s].zone]
    signs = [s for s in boards if s not in (*zones, *halls)]
    cut = sorted(slips.glob("*/*.png"), key=lambda path: path.stat().st_mtime)
    slip = [Image.open(cut[-1]).convert("RGB")] if cut else []
    seats = [*of(Role.CALLER, first=1), *of(Role.EVALUATOR, first=1), *signs[:1], *of(Role.DESK, first=1)]
    few = not halls and not zones
    yield [*shown(of(Role.KIOSK, first=1)), *slip, *shown(seats if few else halls)]
    yield shown(zones)
    if not few:
        yield shown(seats)
    bars = [Image.open(path).convert("RGB") for path in sorted(devices.glob("bar-*.png"))]
    yield from (bars[i : i + BARS_A_ROW] for i in range(0, len(bars), BARS_A_ROW))


def _most_telling(place: Path) -> Path | None:
    drawn = sorted(path for path in place.glob("*.png") if not path.stem.endswith(".part"))  # cut short in mid-write
    for page in TELLING:
        found = [path for path in drawn if path.stem.partition("-")[2] == page]
        if found:
            return found[-1]
    return drawn[-1] if drawn else None


def _fitted(row: Sequence[Image.Image]) -> list[Image.Image]:
    """The panels at one height, as wide together as the picture."""
    room = WIDTH - GAP * (len(row) + 1)
    height = min(TALLEST, round(room / sum(panel.width / panel.height for panel in row)))
    return [
        panel.resize((round(panel.width * height / panel.height), height), Image.Resampling.LANCZOS) for panel in row
    ]
