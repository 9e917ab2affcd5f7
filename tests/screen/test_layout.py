"""Boxes cut into boxes: nothing is lost, nothing overlaps, nothing sticks out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from screen.layout import Box, scaled

boxes = st.builds(Box, st.integers(-50, 500), st.integers(-50, 500), st.integers(0, 2000), st.integers(0, 2000))
cuts = st.integers(0, 2500)


@given(box=boxes, cut=cuts)
def test_a_strip_and_the_rest_make_the_whole(box: Box, cut: int) -> None:
    for strip, rest in (box.top(cut), box.foot(cut)):
        assert strip.h + rest.h == box.h
        assert strip.w == rest.w == box.w
        assert not strip.overlaps(rest)
    for strip, rest in (box.left(cut), box.right_strip(cut)):
        assert strip.w + rest.w == box.w
        assert not strip.overlaps(rest)


@given(box=boxes, cut=cuts, gap=st.integers(0, 300))
def test_a_gap_lies_between_the_strip_and_the_rest(box: Box, cut: int, gap: int) -> None:
    for with_gap, without in (
        (box.top(cut, gap), box.top(cut)),
        (box.foot(cut, gap), box.foot(cut)),
        (box.left(cut, gap), box.left(cut)),
        (box.right_strip(cut, gap), box.right_strip(cut)),
    ):
        assert with_gap[0] == without[0]
        assert with_gap[1].inside(without[1])
    assert box.top(cut, gap)[1].h == box.foot(cut, gap)[1].h == max(0, box.h - min(cut, box.h) - gap)
    assert box.left(cut, gap)[1].w == box.right_strip(cut, gap)[1].w == max(0, box.w - min(cut, box.w) - gap)
    assert box.top(cut, gap)[1].bottom == box.bottom
    assert box.left(cut, gap)[1].right == box.right


def test_a_measure_scales_by_the_shorter_way() -> None:
    assert [scaled(30, size, (1000, 600)) for size in ((1000, 600), (2000, 600), (500, 600), (3000, 1200))] == [
        30,
        30,
        15,
        60,
    ]


@given(box=boxes, rows=st.integers(1, 9), columns=st.integers(1, 9), gap=st.integers(0, 20))
def test_a_grid_lies_inside_and_apart(box: Box, rows: int, columns: int, gap: int) -> None:
    cells = [cell for cell in box.grid(rows, columns, gap) if cell.w > 0 and cell.h > 0]
    for i, cell in enumerate(cells):
        assert cell.inside(box)
        assert not any(cell.overlaps(other) for other in cells[i + 1 :])


@given(box=boxes, width=cuts, height=cuts, border=st.integers(0, 300))
def test_middle_and_inset_stay_inside(box: Box, width: int, height: int, border: int) -> None:
    assert box.middle(width, height).inside(box)
    inner = box.inset(border)
    if inner.w and inner.h:
        assert inner.inside(box)
