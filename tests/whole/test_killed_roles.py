"""Any role killed with -9: after its start the screen is right at once, nothing stale is said, nothing doubled."""

from __future__ import annotations

from pathlib import Path

from hall.events import Called, ServiceRated
from testbed import ears
from tests.whole.corner import BADGE, LIMIT_S, NEXT, START, Corner, until


def test_each_role_killed_while_a_number_is_called_and_served(tmp_path: Path) -> None:
    with Corner(tmp_path) as corner:
        assert corner.take_number() == "A001"
        corner.sign_in()
        corner.keypad.press("", NEXT)
        corner.bar.wait_for("请A001到1号窗口", LIMIT_S)
        until(corner.said, "the announcement")

        # keypads, pads and bars of the line: all show again what stood there
        corner.bar.lose_power()
        corner.kill("line-1")
        corner.bar.get_power()
        corner.bar.wait_for("请A001到1号窗口", LIMIT_S)
        corner.keypad.overlook()
        corner.kill("line-1")
        corner.keypad.wait_for_ticket("001", LIMIT_S)

        # the board: right from what is retained
        corner.kill("board-1")
        board = corner.touch("board-1")
        board.wait_for("board", LIMIT_S)
        until(lambda: "A001" in board.look()["texts"], "the number on the board")
        board.close()

        # the voice: the call is over, and not said again; the next one is
        said = len(corner.said())
        corner.kill("voice-1")

        # the kiosk: takes numbers as if nothing had been
        corner.kill("kiosk-1")
        corner.kiosk.close()
        corner.kiosk = corner.touch("kiosk-1")
        assert corner.take_number() == "A002"

        # the pad is asked; its process dies with the question, and with the answer
        corner.press_until_done("", START)
        corner.bar.wait_for("A001 办理中", LIMIT_S)
        corner.keypad.press("1", 0x0F)
        corner.pad.wait_until_asked(1, LIMIT_S)
        corner.kill("line-1")
        corner.pad.wait_until_asked(2, LIMIT_S)
        assert corner.pad.press_level(2).acked
        corner.kill("line-1")
        until(corner.ratings, "the rating, or its timeout")

        corner.await_hub("line-1")
        corner.press_until_done("", NEXT)
        corner.bar.wait_for("请A002到1号窗口", LIMIT_S)
        until(lambda: len(corner.said()) > said, "the second announcement")
        events = corner.events()
        assert [event.ticket[-4:] for event in events if isinstance(event, Called)] == ["A001", "A002"]
        assert sum(isinstance(event, ServiceRated) for event in events) == 1
        assert corner.ratings() == [(2, BADGE)]
    clips = ears.pack(corner.out / "clips")
    sounds = sorted((corner.stage.audio / "voice-1").glob("*.wav"))
    numbers = [tuple(ears.words(sound, clips)[1:5]) for sound in sounds]
    assert numbers == [("A", "零", "零", "一"), ("A", "零", "零", "二")]
