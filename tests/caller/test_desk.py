"""The soft caller at work: SDL keys and fingers in, the hub's log out; real station, real hub, real PIN worker."""

from __future__ import annotations

import logging
from pathlib import Path

import pygame
import pytest

from caller.secret import Secret
from hall.events import (
    Called,
    Finished,
    Missed,
    Paused,
    Recalled,
    SetAside,
    SignedIn,
    SignedOut,
    SignInFailed,
    Started,
    TakenBack,
    Transferred,
)
from hall.model import DeskAct, Disposition, MissReason
from testbed.keypad import VirtualKeypad
from tests.caller.rig import Desk
from tests.caller.test_keypad import model
from tests.hub.made import PINS, made
from tests.hub.test_joint import joint

KEY_NEXT, KEY_CONFIRM, KEY_CANCEL = 0x0C, 0x0F, 0x0E


def test_a_clerk_signs_in_by_finger_and_starts_paused(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        for digit in "101":
            desk.press(f"digit:{digit}")
        assert "101" in desk.words
        desk.press("enter")
        desk.until_page("sign_in_pin")
        for digit in PINS["101"]:
            desk.press(f"digit:{digit}")
        assert "•" * 6 in desk.words
        desk.press("enter")
        desk.until_page("desk_paused")
        (signed,) = desk.events(SignedIn)
        assert (signed.badge, signed.letter, signed.window) == ("101", "A", 1)
        assert "示例甲 · A岗" in desk.words
        assert [b.id for b in desk.page.buttons()] == ["action:resume", "action:sign_in", "action:sign_out"]


def test_a_number_is_set_aside_with_a_reason_and_taken_up_again(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        label = desk.take_number()
        desk.keys("f1")
        desk.until_page("desk_calling")
        desk.keys("f3")
        desk.until_page("desk_serving")
        desk.keys("insert")
        desk.until_page("choose_hold_reason")
        desk.press("option:copies")
        desk.until_page("desk_free")
        desk.until_said(f"挂起 1：{label}")
        (aside,) = desk.events(SetAside)
        assert aside.reason == "copies"
        desk.keys("home")
        desk.until_page("choose_aside")
        assert any("复印材料" in button.label and label in button.label for button in desk.page.buttons())
        desk.keys("1")
        desk.until_page("desk_calling")
        desk.until_said(f"已取回 {label}")
        assert [call.rule for call in desk.events(Called)] == ["first_come", "taken_up"]


def test_the_host_of_a_joint_matter_sees_its_steps_and_where_it_stands(tmp_path: Path) -> None:
    with Desk(tmp_path, hall=made(joint)) as desk:
        desk.open()
        label = desk.take_number("newborn")
        desk.keys("f1")
        desk.until_page("desk_calling")
        for step in ("1 受理", "2 临时救助", "3 医疗保险", "4 回牵头窗口办结"):
            assert step in desk.words
        desk.keys("f3")
        desk.until_page("desk_serving")
        desk.keys("f4")
        desk.until_page("choose_disposition")
        desk.keys("1")
        desk.until_page("desk_free")
        desk.until_said("本窗口牵头的联办 1 件")
        assert label in desk.words
        assert "1/4 已办 · 到：临时救助 · 等候叫号" in desk.words
        (finished,) = desk.events(Finished)
        assert (finished.joint, finished.part, finished.further) == ("newborn", 1, "relief")


def test_a_whole_service_by_keyboard(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        label = desk.take_number()
        desk.keys("f1")
        desk.until_page("desk_calling")
        assert label in desk.words
        desk.until_said(f"已呼叫 {label}")
        desk.wait(3)
        desk.keys("f2")
        desk.until_said(f"已重新呼叫 {label}")
        desk.keys("f3")
        desk.until_page("desk_serving")
        desk.keys("f4")
        desk.until_page("choose_disposition")
        desk.keys("1")
        desk.until_page("desk_free")
        assert [e.ticket[-4:] for e in desk.events(Called)] == [label]
        assert [e.calls for e in desk.events(Recalled)] == [2]
        assert len(desk.events(Started)) == 1
        assert [e.disposition for e in desk.events(Finished)] == [Disposition.ACCEPTED]


def test_next_while_serving_asks_how_it_ended_and_is_one_wish(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        first, second = desk.take_number(), desk.take_number()
        desk.press("action:next")
        desk.until_page("desk_calling")
        desk.press("action:start")
        desk.until_page("desk_serving")
        desk.wait(2)
        desk.press("action:next")
        desk.until_page("choose_disposition")
        desk.press("option:advised")
        desk.until_page("desk_calling")
        assert [e.ticket[-4:] for e in desk.events(Called)] == [first, second]
        assert [e.disposition for e in desk.events(Finished)] == [Disposition.ADVISED]


def test_angry_fingers_call_once(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        desk.take_number()
        desk.take_number()
        place = desk.page.button("action:next")
        assert place is not None
        for _ in range(6):
            for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
                pygame.event.post(pygame.event.Event(kind, pos=place.box.centre, button=1))
        desk.keys("f1", "f1", "f1")
        desk.until_page("desk_calling")
        desk.keys("f1", "f1")
        desk.wait(1)
        assert len(desk.events(Called)) == 1


def test_no_show_transfer_and_undo(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        first, second = desk.take_number(), desk.take_number("medical")
        desk.keys("f1")
        desk.until_page("desk_calling")
        for calls in range(2, desk.hall.policy.calls_before_no_show + 1):
            assert desk.page.button("action:no_show") is None
            desk.wait(2)
            desk.press("action:recall")
            desk.until_calls(calls)
        desk.press("action:no_show")
        desk.until_page("choose_miss_reason")
        desk.press("option:absent")
        desk.until_page("desk_free")
        assert [(e.ticket[-4:], e.reason) for e in desk.events(Missed)] == [(first, MissReason.ABSENT)]
        desk.keys("f9")  # it was pressed by mistake
        desk.until_page("desk_calling")
        assert [e.act for e in desk.events(TakenBack)] == [DeskAct.MISS]
        desk.keys("f6")
        desk.until_page("choose_target")
        desk.press("option:department civil")
        desk.until_page("choose_matter")
        desk.press("option:matter relief")
        desk.until_page("choose_transfer_reason")
        desk.keys("1")
        desk.until_page("desk_free")
        (passed_on,) = desk.events(Transferred)
        assert (passed_on.ticket[-4:], passed_on.matter, passed_on.reason) == (first, "relief", "wrong_matter")
        desk.keys(*second[1:], "return")
        desk.until_page("desk_calling")
        assert desk.events(Called)[-1].ticket.endswith(second)


def test_pausing_relieving_and_signing_out(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        desk.keys("f7")
        desk.until_page("desk_paused")
        assert len(desk.events(Paused)) == 1
        desk.keys("f11")
        desk.until_page("sign_in")
        assert "换岗签到：接班人员输入工号" in desk.words
        desk.keys(*"102", "return", *PINS["102"], "return")
        desk.until_said("示例乙 · B岗")
        assert [(e.badge, e.relieved) for e in desk.events(SignedIn)] == [("101", None), ("102", "101")]
        desk.keys("f12")
        desk.until_page("sign_in")
        assert [e.badge for e in desk.events(SignedOut)] == ["102"]


def test_five_wrong_pins_lock_and_an_unknown_badge_hears_the_same(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.keys(*"999", "return", *"13571357", "return")
        desk.until_said("工号或密码不对")
        desk.keys("escape")
        desk.keys(*"101")
        desk.keys("return")
        for _ in range(5):
            desk.keys(*"11111111", "return")
            desk.until(lambda: desk.role.state.pending is None or None, "the refusal")
            desk.wait(1)
        desk.until_said("该工号暂时锁定")
        assert len(desk.events(SignInFailed)) == 5, "what is nobody's badge never left the window"
        assert any("09:4" in words for words in desk.words), "and until when"
        desk.keys(*PINS["101"], "return")
        desk.until(lambda: desk.role.state.pending is None or None, "the refusal")
        assert desk.page.name == "sign_in_pin", "not even with the right one"


def test_the_hub_away_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        label = desk.take_number()
        desk.keys("f1")
        desk.until_page("desk_calling")
        desk.hub_is_here = False
        desk.wait(9)
        desk.until_said("与叫号中枢失去联系")
        assert label in desk.words
        assert list(desk.page.buttons()) == []
        desk.keys("f3")
        desk.until_said("暂时不能操作")
        desk.hub_is_here = True
        desk.wait(3)
        desk.until(lambda: desk.page.button("action:start"), "the buttons")
        desk.wait(2)
        desk.keys("f3")
        desk.until_page("desk_serving")


def test_a_wish_without_an_answer_is_withdrawn_and_only_then_made_again(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.open()
        desk.take_number()
        desk.hub_is_here = False
        desk.keys("f1")
        desk.wait(5.5)
        desk.until_said("正在撤回这次操作")
        desk.keys("f7")
        desk.until_said("上一个操作还没有完成")
        # The hub sees wish and withdrawal at once: it called in time or it never did, and says which.
        desk.hub_is_here = True
        desk.until(lambda: desk.role.state.pending is None or None, "the withdrawal")
        desk.wait(2)
        calls = len(desk.events(Called)) - len(desk.events(TakenBack))
        assert calls == (desk.page.name == "desk_calling")


def test_the_keypad_and_the_screen_work_the_same_window(tmp_path: Path) -> None:
    with VirtualKeypad(1, model()) as keypad, Desk(tmp_path, keypad=keypad.path) as desk:
        keypad.press("101", KEY_CONFIRM)
        desk.until_said("请在按键盘上输入密码")
        keypad.press(PINS["101"], KEY_CONFIRM)
        desk.until_page("desk_paused")
        keypad.press("2", KEY_CONFIRM)
        desk.until_page("desk_free")
        label = desk.take_number()
        keypad.press("", KEY_NEXT)
        desk.until_page("desk_calling")
        keypad.wait_for_ticket(label[1:], 5)
        desk.wait(2)
        keypad.press("", KEY_CANCEL)
        desk.until_page("desk_free")
        keypad.wait_for_waiting(1, 5)
        desk.wait(2)
        keypad.press("77", KEY_NEXT)
        desk.until_said("这个号不在等候")
        keypad.wait_for_outcome("failed", 5)
        keypad.wait_for_beep(5)


def test_the_keypad_sets_a_number_aside_and_takes_it_up(tmp_path: Path) -> None:
    with VirtualKeypad(1, model()) as keypad, Desk(tmp_path, keypad=keypad.path) as desk:
        desk.open()
        label = desk.take_number()
        keypad.press("", KEY_NEXT)
        desk.until_page("desk_calling")
        keypad.press("00", KEY_CONFIRM)
        desk.until(lambda: desk.events(SetAside) or None, "the number set aside")
        desk.until_page("desk_free")
        keypad.press("3", KEY_CONFIRM)
        desk.until_page("desk_calling")
        assert label in desk.words
        assert desk.events(Called)[-1].rule == "taken_up"


def test_a_pin_reaches_no_wire_no_log_no_store_and_no_picture(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Desk(tmp_path, pictures="pictures") as desk:
        desk.sign_in()
        wire = b"".join(payload for _, payload, _ in desk.broker.published)
        assert b"sign_in" in wire
        assert PINS["101"].encode() not in wire
    assert PINS["101"] not in caplog.text
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert PINS["101"].encode() not in path.read_bytes(), path
    assert list((tmp_path / "pictures").glob("*-desk_paused.png"))
    assert repr(Secret(PINS["101"])) == "••••"


def test_in_english(tmp_path: Path) -> None:
    with Desk(tmp_path, language="en") as desk:
        desk.until_said("Type your badge")
        desk.sign_in()
        assert "示例甲 · post A" in desk.words


def test_closing_the_window_ends_the_station(tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        pygame.event.post(pygame.event.Event(pygame.QUIT))
        assert not all(desk.station.turn(desk.role.pump(0.01)) for _ in range(3))
