"""From a finger on the kiosk to the ear in the hall and back to a rating: every wire is read at the device's end."""

from __future__ import annotations

from pathlib import Path

from hall.events import AlertRaised
from hall.model import AlertKind
from hub.verify import verify
from testbed import ears, eyes
from tests.whole.corner import BADGE, LIMIT_S, NEXT, START, Corner, until

SENTENCE = ["请", "A", "零", "零", "一", "号到", "一", "号窗口办理业务"]


def test_kiosk_slip_keypad_bar_board_voice_pad_rating(tmp_path: Path) -> None:
    with Corner(tmp_path) as corner:
        label = corner.take_number()
        assert label == "A001"
        corner.sign_in()
        corner.keypad.press("", NEXT)
        corner.keypad.wait_for_ticket("001", LIMIT_S)
        corner.bar.wait_for("请A001到1号窗口", LIMIT_S)
        until(lambda: "A001" in corner.board.look()["texts"], "the number on the board")
        until(lambda: _read_off_the_board(corner) == "A001", "the number in the board's picture")
        until(corner.said, "the announcement")
        corner.keypad.press("", START)
        corner.bar.wait_for("A001 办理中", LIMIT_S)
        corner.keypad.press("1", 0x0F)
        corner.pad.wait_until_asked(1, LIMIT_S)
        assert corner.pad.asking
        assert corner.pad.press_level(4).acked
        until(corner.ratings, "the rating")
        assert corner.ratings() == [(4, BADGE)]
        assert corner.said()[0]["text"] == "请A001号到1号窗口办理业务"
        alerts = [e for e in corner.events() if isinstance(e, AlertRaised) and e.kind is not AlertKind.OFF_POST]
        assert alerts == []  # but that nobody was on post before the clerk came
        assert corner.stage.processes["hub"].end() == 0
    report = verify(corner.stage.store, rebuild=True)
    assert report.broken is None, report.broken

    sound = corner.stage.audio / "voice-1" / corner.said()[0]["file"]
    assert ears.words(sound, ears.pack(corner.out / "clips")) == SENTENCE * 2


def _read_off_the_board(corner: Corner) -> str | None:
    """In pixels, by a reader that shares nothing with the painter but the font."""
    pictures = sorted((corner.stage.screens / "board-1").glob("*-board.png"))
    return eyes.read(pictures[-1], ("A001", "A002", "A007", "A081", "B001")) if pictures else None
