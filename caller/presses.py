"""The soft caller's buttons and keys → events of the flow."""

from __future__ import annotations

from caller.offers import Option
from caller.secret import Secret
from caller.values import Chose, Entered, Erased, Event, Left, Pressed, State, Typed
from hall.keymap import Action

# As they stand on the screen: the service, the ticket, the window.
KEY_ROWS: tuple[dict[str, Action], ...] = (
    {
        "f1": Action.NEXT,
        "f2": Action.RECALL,
        "f3": Action.START,
        "f4": Action.FINISH,
        "f5": Action.NO_SHOW,
    },
    {
        "f6": Action.TRANSFER,
        "insert": Action.HOLD,
        "home": Action.TAKE_UP,
        "f10": Action.CALL_NUMBER,
        "f9": Action.UNDO,
    },
    {
        "f7": Action.PAUSE,
        "f8": Action.RESUME,
        "f11": Action.SIGN_IN,
        "f12": Action.SIGN_OUT,
    },
)
FUNCTION_KEYS: dict[str, Action] = {key: action for row in KEY_ROWS for key, action in row.items()}
KEY_NAMES = {"insert": "Ins", "home": "Home"}  # of the others in capitals
PLAIN_KEYS: dict[str, type[Entered | Erased | Left]] = {
    "return": Entered,
    "enter": Entered,
    "backspace": Erased,
    "delete": Erased,
    "escape": Left,
}
TURNS = {"page down": 1, "page up": -1, "right": 1, "left": -1}


def of_button(button: str) -> Event | None:
    """What a button says to the flow; None for one that only turns pages."""
    kind, _, value = button.partition(":")
    match kind:
        case "action":
            return Pressed(Action(value))
        case "digit":
            return Typed(Secret(value))
        case "option":
            return Chose(value)
        case "enter":
            return Entered()
        case "erase":
            return Erased()
        case "leave":
            return Left()
    return None


def of_key(key: str, state: State, shown: tuple[Option, ...]) -> Event | None:
    """What a key of the keyboard says: a function key, a character, or the n-th row of an open list."""
    if key in FUNCTION_KEYS:
        return Pressed(FUNCTION_KEYS[key])
    if key in PLAIN_KEYS:
        return PLAIN_KEYS[key]()
    if state.choosing is not None:
        row = int(key) if len(key) == 1 and key.isascii() and key.isdecimal() else 0
        return Chose(shown[row - 1].id) if 1 <= row <= len(shown) else None
    return Typed(Secret(key)) if len(key) == 1 else None
