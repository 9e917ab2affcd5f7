"""What a key of the keyboard presses on a page. Pure."""

from __future__ import annotations

from guidedesk.choices import shown
from guidedesk.frame import MODE_KEYS
from guidedesk.values import PER_LEAF, GuideDesk, PageName, Stage

KEYS = {
    **{key.lower(): f"mode:{mode}" for mode, key in MODE_KEYS.items()},
    "escape": "back",
    "page up": "less",
    "page down": "more",
    "f5": "reprint",
    "f6": "written",
    "f7": "again",
    "f9": "sure",
}
# What a key presses on one page alone.
HERE = {
    PageName.CONFIRM: {"f5": "classes", "f6": "add", "f7": "who"},
    PageName.FOUND: {"f6": "come_back"},
}
TYPING = (PageName.FIND, PageName.FOUND, PageName.CODE)


def of_key(key: str, state: GuideDesk) -> str | None:
    """The button that a key stands for; None for a key that means nothing here."""
    page = state.page
    if key in HERE.get(page, {}):
        return HERE[page][key]
    if key in KEYS:
        return KEYS[key]
    if key in ("return", "enter", "[enter]"):
        return _enter(state)
    if key == "f8":
        return "void" if page is PageName.ISSUED else _end(state)
    if page in TYPING:
        if key == "backspace":
            return "erase"
        return f"type:{key}" if len(key) == 1 and key.isascii() and key.isalnum() else None
    if page in PER_LEAF and len(key) == 1 and key in "123456789":
        here = shown(state)
        return here[int(key) - 1] if int(key) <= len(here) else None
    return None


def _enter(state: GuideDesk) -> str | None:
    if state.page is PageName.ISSUED:
        # An impatient second Enter must not take the number off the screen.
        done = state.job is None or state.job.stage not in (Stage.PRINTING, Stage.TO_WRITE)
        return "next" if done else None
    return {PageName.CONFIRM: "yes", PageName.FIND: "enter", PageName.CODE: "enter"}.get(state.page)


def _end(state: GuideDesk) -> str | None:
    running = state.emergencies
    if state.page is not PageName.EMERGENCY or not running:
        return None
    return f"end:{running[0].zone if len(running) == 1 else ''}"
