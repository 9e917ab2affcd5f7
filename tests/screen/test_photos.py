"""Photos in their frames: cut, kept, and never a crash; the examples' portraits are what the script draws."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest
from PIL import Image

from hall.photo import MOST_BYTES
from hall.station.settings import fonts, read_hall
from screen import photos as screen_photos
from screen.colours import Colour
from screen.layout import Box
from screen.page import Page, Picture
from screen.painter import Painter
from screen.photos import KEPT, Photos
from testbed.portraits import portrait

FRAME = Box(10, 20, 90, 120)
GROUND, INK, EDGE = (1, 2, 3), (90, 100, 110), (200, 10, 20)
RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "photos"
    made.mkdir()
    return made


@pytest.fixture
def painter(place: Path) -> Iterator[Painter]:
    pygame.display.init()
    pygame.display.set_mode((120, 160))
    made = Painter(fonts(), place)
    yield made
    made.close()
    pygame.display.quit()


def framed(file: str, box: Box = FRAME, radius: int = 0) -> Picture:
    return Picture(file, box, GROUND, INK, EDGE, radius, edge_width=2)


def painted(painter: Painter, *pictures: Picture) -> pygame.Surface:
    surface = pygame.Surface((120, 160))
    painter.paint(surface, Page("card", (120, 160), pictures, ground=(255, 255, 255)))
    return surface


def at(surface: pygame.Surface, x: float, y: float) -> Colour:
    """The colour at a part of the frame, 0 to 1 both ways."""
    red, green, blue, _ = surface.get_at((round(FRAME.x + x * (FRAME.w - 1)), round(FRAME.y + y * (FRAME.h - 1))))
    return red, green, blue


def columns(path: Path, *colours: Colour, size: tuple[int, int]) -> None:
    """Colours side by side, equally wide."""
    image = Image.new("RGB", size)
    for i, colour in enumerate(colours):
        image.paste(colour, (i * size[0] // len(colours), 0, (i + 1) * size[0] // len(colours), size[1]))
    image.save(path)


def rows(path: Path, *colours: Colour, size: tuple[int, int]) -> None:
    image = Image.new("RGB", size)
    for i, colour in enumerate(colours):
        image.paste(colour, (0, i * size[1] // len(colours), size[0], (i + 1) * size[1] // len(colours)))
    image.save(path)


def test_a_wide_photo_is_cut_left_and_right_alike(place: Path, painter: Painter) -> None:
    columns(place / "a.png", RED, GREEN, BLUE, size=(900, 120))  # 900 × 120 at 1:1: the middle 90 columns are green
    surface = painted(painter, framed("a.png"))
    assert {at(surface, x, y) for x in (0.1, 0.5, 0.9) for y in (0.1, 0.9)} == {GREEN}


def test_a_high_photo_keeps_its_aspect_and_loses_more_below(place: Path, painter: Painter) -> None:
    rows(place / "a.png", RED, GREEN, BLUE, size=(180, 720))  # of 480 rows cut, 120 are above
    surface = painted(painter, framed("a.png"))
    assert [at(surface, 0.5, y) for y in (0.1, 0.45, 0.55, 0.9)] == [RED, RED, GREEN, GREEN]


def test_a_photo_lies_between_its_ground_and_its_edge(place: Path, painter: Painter) -> None:
    columns(place / "a.png", RED, size=(90, 120))
    surface = painted(painter, framed("a.png", radius=30))
    assert at(surface, 0, 0.5) == EDGE
    assert at(surface, 0.5, 0.5) == RED
    assert at(surface, 0, 0) == (255, 255, 255)  # the round corner lets the page through


@pytest.mark.parametrize("form", ["palette", "grey", "alpha", "jpeg"])
def test_every_usual_kind_of_file_is_drawn(place: Path, painter: Painter, form: str) -> None:
    image = Image.new("RGB", (90, 120), (204, 204, 204))  # a colour of the web palette
    if form == "jpeg":
        image.save(place / "a.jpg", quality=95)
    else:
        image.convert({"palette": "P", "grey": "L", "alpha": "RGBA"}[form]).save(place / "a.png")
    surface = painted(painter, framed("a.jpg" if form == "jpeg" else "a.png"))
    assert all(abs(value - 204) <= 3 for value in at(surface, 0.5, 0.3))


# --- without a file -----------------------------------------------------------------------------------------


def ink(surface: pygame.Surface) -> float:
    inside = [at(surface, x / 40, y / 40) for x in range(2, 39) for y in range(2, 39)]
    return sum(map(inky, inside)) / len(inside)


def inky(colour: Colour) -> bool:
    """Scaling rounds a little."""
    return all(abs(a - b) <= 3 for a, b in zip(colour, INK, strict=True))


def test_nobody_is_a_silhouette(painter: Painter, caplog: pytest.LogCaptureFixture) -> None:
    surface = painted(painter, framed(""))
    assert 0.25 < ink(surface) < 0.6
    assert inky(at(surface, 0.5, 0.95))
    assert at(surface, 0.1, 0.1) == GROUND
    assert caplog.records == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no such file"),
        (b"", "a.png"),
        (b"\x89PNG\r\n\x1a\nnothing", "a.png"),
        (b"x" * (MOST_BYTES + 1), "at most 4,000,000"),
    ],
    ids=["missing", "empty", "broken", "too large"],
)
def test_a_file_that_cannot_be_drawn_is_told_once_and_a_silhouette_stands_there(
    place: Path, painter: Painter, caplog: pytest.LogCaptureFixture, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (place / "a.png").write_bytes(content)
    small = Box(0, 0, 40, 50)
    for _ in range(3):
        surface = painted(painter, framed("a.png"), framed("a.png", small))
        assert 0.25 < ink(surface) < 0.6
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert str(place / "a.png") in record.getMessage()
    assert reason in record.getMessage()


def test_a_cut_off_file_and_a_directory_of_its_name_do_no_harm(place: Path, painter: Painter) -> None:
    columns(place / "a.png", RED, GREEN, BLUE, size=(900, 120))
    whole = (place / "a.png").read_bytes()
    for length in range(0, len(whole), 7):
        (place / "a.png").write_bytes(whole[:length])
        painted(painter, framed("a.png"))
    (place / "b.png").mkdir()
    assert 0.25 < ink(painted(painter, framed("b.png"))) < 0.6


def test_a_station_without_the_directory_says_so_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    photos = Photos(tmp_path / "none")
    for file in ("101.png", "102.png"):
        photos.framed(framed(file))
    (record,) = caplog.records
    assert f"no photo from {tmp_path / 'none'}:" in record.getMessage()


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/secret.png", "a/b.png", "..", "a\\b.png", ".hidden.png", "a.txt"]
)
def test_no_name_leads_out_of_the_directory(place: Path, painter: Painter, name: str) -> None:
    columns(place.parent / "secret.png", RED, size=(90, 120))
    assert 0.25 < ink(painted(painter, framed(name))) < 0.6


# --- what is kept -------------------------------------------------------------------------------------------


def test_a_file_is_read_once_until_it_changes(place: Path, painter: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    load = screen_photos._loaded

    def counted(path: Path, stamp: screen_photos.Stamp) -> pygame.Surface:
        reads.append(path.name)
        return load(path, stamp)

    monkeypatch.setattr(screen_photos, "_loaded", counted)
    columns(place / "a.png", RED, size=(90, 120))
    moved = Box(20, 25, FRAME.w, FRAME.h)
    for _ in range(3):
        painted(painter, framed("a.png"), framed("a.png", moved))
    assert reads == ["a.png"]
    columns(place / "a.png", GREEN, size=(90, 120))
    os.utime(place / "a.png", ns=(time.time_ns(), time.time_ns() + 1_000))
    assert at(painted(painter, framed("a.png")), 0.5, 0.5) == GREEN
    assert reads == ["a.png", "a.png"]


def test_no_more_than_so_many_are_kept_and_the_one_used_last_stays(place: Path, painter: Painter) -> None:
    photos = painter._photos
    for n in range(3 * KEPT):
        columns(place / f"{n}.png", RED, size=(9, 12))
        first = photos.framed(framed("0.png"))
        photos.framed(framed(f"{n}.png"))
    assert len(photos._kept) == KEPT
    assert photos.framed(framed("0.png")) is first


# --- the examples -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", ["ankang", "village"])
def test_every_clerk_of_an_example_has_a_small_drawn_portrait(example: str) -> None:
    place = EXAMPLES / example / "photos"
    clerks = read_hall(EXAMPLES / example / "hall.toml").clerks
    assert {c.photo for c in clerks} == {path.name for path in place.iterdir()}
    assert all(c.photo == f"{c.badge}.png" for c in clerks)
    assert all(path.stat().st_size <= 10_000 for path in place.iterdir())
    pictures = {path.name: Image.open(path).convert("RGB") for path in place.iterdir()}
    assert len({picture.tobytes() for picture in pictures.values()}) == len(clerks)
    first = clerks[0]
    again = portrait(first.name, first.badge, fonts()).convert("RGB")
    # Another version of the font library may draw the character with other edges.
    pairs = zip(again.get_flattened_data(), pictures[first.photo].get_flattened_data(), strict=True)
    unlike = sum(a != b for a, b in pairs)
    assert unlike < 0.05 * again.width * again.height
