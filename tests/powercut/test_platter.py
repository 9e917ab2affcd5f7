"""The disk after a power cut: what was synced is there, and of the rest anything that could have been written."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from testbed.powercut.platter import SECTOR, Image, Name, Platter, Resize, Step, Sync, Unname, Write

A, B = bytes(b"a" * 4 * SECTOR), bytes(b"b" * 4 * SECTOR)
NAMED = (Name(0, "file", 1), Sync(0))


def images(*steps: Step, times: int = 200) -> list[Image]:
    platter = Platter()
    for step in steps:
        platter.do(step)
    return [platter.image(Random(n)) for n in range(times)]


def contents(*steps: Step) -> set[bytes]:
    return {image["file"] for image in images(*NAMED, *steps)}


def test_what_was_synced_is_in_every_image() -> None:
    assert contents(Write(1, 0, A), Sync(1)) == {A}


def test_what_was_not_synced_is_lost_written_or_torn_at_sectors() -> None:
    found = contents(Write(1, 0, A), Sync(1), Write(1, 0, B))
    assert {A, B} < found
    for content in found:
        assert {content[at : at + SECTOR] for at in range(0, len(content), SECTOR)} <= {A[:SECTOR], B[:SECTOR]}


def test_writes_reach_the_disk_in_any_order() -> None:
    first, second = Write(1, 0, B[:SECTOR]), Write(1, 2 * SECTOR, B[:SECTOR])
    found = contents(Write(1, 0, A), Sync(1), first, second)
    assert {(c[:1], c[2 * SECTOR : 2 * SECTOR + 1]) for c in found} == {
        (x, y) for x in (b"a", b"b") for y in (b"a", b"b")
    }


def test_a_file_that_grew_has_zeros_or_junk_where_nothing_was_written() -> None:
    found = {c for c in contents(Write(1, 3 * SECTOR, A[:SECTOR])) if len(c) == 4 * SECTOR}
    tails = {c[3 * SECTOR :] for c in found}
    assert {A[:SECTOR], bytes(SECTOR)} < tails
    assert len(tails) > 2


def test_a_truncation_may_be_lost() -> None:
    assert {len(c) for c in contents(Write(1, 0, A), Sync(1), Resize(1, SECTOR))} == {len(A), SECTOR}


def test_a_name_is_safe_once_its_directory_was_synced() -> None:
    made = (Name(0, "new", 1), Write(1, 0, A), Sync(1))
    assert {tuple(image) for image in images(*made)} == {(), ("new",)}
    assert {tuple(image) for image in images(*made, Sync(0))} == {("new",)}
    assert {tuple(image) for image in images(*made, Sync(0), Unname(0, "new"))} == {(), ("new",)}


def test_a_rename_happens_whole_or_not_at_all() -> None:
    draft = (Name(0, "old", 1), Sync(0), Name(0, "draft", 2), Write(2, 0, B), Sync(2), Sync(0))
    found = images(*draft, Name(0, "old", 2, instead_of="draft"))
    assert {tuple(sorted(image.items())) for image in found} == {(("draft", B), ("old", b"")), (("old", B),)}


def test_a_directory_has_names_of_its_own() -> None:
    made = (Name(0, "seals", 1, is_folder=True), Sync(0), Name(1, "day", 2), Write(2, 0, A), Sync(2))
    assert {tuple(image) for image in images(*made)} == {("seals/",), ("seals/", "seals/day")}
    assert {tuple(image) for image in images(*made, Sync(1))} == {("seals/", "seals/day")}


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """What happens to file 1."""
    write = st.builds(Write, st.just(1), st.integers(0, 3000), st.binary(min_size=1, max_size=1500))
    resize = st.builds(Resize, st.just(1), st.integers(0, 4000))
    return draw(st.lists(write | resize | st.just(Sync(1)), max_size=12))


@given(steps(), st.integers())
def test_every_sector_is_as_it_was_at_some_moment_since_the_last_sync(done: list[Step], seed: int) -> None:
    moments = [b""]
    for step in done:
        now = bytearray(moments[-1])
        if isinstance(step, Write):
            now.extend(bytes(max(0, step.offset - len(now))))
            now[step.offset : step.offset + len(step.data)] = step.data
        elif isinstance(step, Resize):
            now = now[: step.size].ljust(step.size, b"\0")
        else:
            moments = moments[-1:]
        moments.append(bytes(now))
    platter = Platter()
    for step in (*NAMED, *done):
        platter.do(step)
    assert platter.whole()["file"] == moments[-1]
    found = platter.image(Random(seed))["file"]
    assert len(found) in {len(moment) for moment in moments}
    # What it may have grown from to this length: the shortest it was before one of the moments when it had it.
    sizes = [len(moment) for moment in moments]
    grown_from = min((size for at, size in enumerate(sizes) if len(found) in sizes[at + 1 :]), default=len(found))
    for at in range(0, len(found), SECTOR):
        sector = found[at : at + SECTOR]
        seen = [moment[at : at + SECTOR] for moment in moments]
        beyond = at + len(sector) > grown_from  # never written there: zeros or junk
        assert beyond or any(was[: len(sector)] == sector or was.ljust(len(sector), b"\0") == sector for was in seen)
