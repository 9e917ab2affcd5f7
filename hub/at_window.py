"""The rules at a window in one table."""

from __future__ import annotations

from hub.asking import Rule
from hub.calling import CALLING
from hub.coming_back import COMING_BACK
from hub.handling import HANDLING
from hub.sitting import SITTING
from hub.undoing import UNDOING

AT_WINDOW: dict[type, Rule] = {**COMING_BACK, **SITTING, **CALLING, **HANDLING, **UNDOING}
