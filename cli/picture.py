"""One picture of a whole hall, put together from what its screens showed and its printer cut."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

HEIGHT = 900  # pixels of a row
GAP = 36
GROUND = (226, 231, 238)
SHADOW = (176, 186, 200)
# Of each screen the latest of these pages, the most telling first; else whatever it showed last.
TELLING = ("take", "desk_serving", "desk_calling", "departments")


def hall_picture(screens: Path, slips: Path) -> Image.Image | None:
    """The screens of every station beside the last slip; None if nothing was drawn."""
    panels = [Image.open(shown) for place in sorted(screens.glob("*/")) if (shown := _most_telling(place))]
    cut = sorted(slips.glob("*.png"))
    if cut:
        panels.insert(1, Image.open(cut[-1]))
    if not panels:
        return None
    columns = _columns([panel.convert("RGB") for panel in panels])
    width = sum(column.width for column in columns) + GAP * (len(columns) + 1)
    whole = Image.new("RGB", (width, HEIGHT + 2 * GAP), GROUND)
    x = GAP
    for column in columns:
        whole.paste(column, (x, GAP))
        x += column.width + GAP
    return whole


def _most_telling(place: Path) -> Path | None:
    drawn = sorted(path for path in place.glob("*.png") if not path.stem.endswith(".part"))  # cut short in mid-write
    for page in TELLING:
        found = [path for path in drawn if path.stem.partition("-")[2] == page]
        if found:
            return found[-1]
    return drawn[-1] if drawn else None


def _columns(panels: list[Image.Image]) -> list[Image.Image]:
    """Upright panels stand alone; wide ones are stacked two by two."""
    columns = [_framed([panel]) for panel in panels if panel.height > panel.width]
    wide = [panel for panel in panels if panel.height <= panel.width]
    columns += [_framed(wide[i : i + 2]) for i in range(0, len(wide), 2)]
    return columns


def _framed(panels: list[Image.Image]) -> Image.Image:
    """A column: panels of one width, one below the other, within the row's height."""
    room = HEIGHT - GAP * (len(panels) - 1)
    scale = room / sum(panel.height * 1000 / panel.width for panel in panels)
    width = min(1100, round(1000 * scale))
    sized = [
        panel.resize((width, round(panel.height * width / panel.width)), Image.Resampling.LANCZOS) for panel in panels
    ]
    column = Image.new("RGB", (width, HEIGHT), GROUND)
    y = (HEIGHT - sum(panel.height for panel in sized) - GAP * (len(sized) - 1)) // 2
    for panel in sized:
        column.paste(panel, (0, y))
        ImageDraw.Draw(column).rectangle((0, y, width - 1, y + panel.height - 1), outline=SHADOW, width=2)
        y += panel.height + GAP
    return column
