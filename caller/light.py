"""The call light over a window: an LED on a pin, lit while a ticket is being called there."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from hall.errors import HallError
from hall.messages import WindowState
from hall.model import DeskState

log = logging.getLogger("caller.light")


class NoLight(HallError, OSError):
    """The pin cannot be used: it is none, or this machine has no pins."""


def lit(window: WindowState | None) -> bool:
    """Whether the light over a window is on: from the call until the applicant has come or is given up."""
    return window is not None and window.state is DeskState.CALLING


class CallLight:
    """Off when made and after `close`. Belongs to the thread that owns the caller's state."""

    def __init__(self, pin: str) -> None:
        """`pin` by gpiozero's name (“GPIO17”, “BOARD11”). Raises NoLight."""
        # Asked for here: 7 MB that a caller without a light need not have.
        import gpiozero

        try:
            with warnings.catch_warnings():
                # gpiozero warns of each library it tries in vain; that none is left comes as an error.
                warnings.simplefilter("ignore", gpiozero.PinFactoryFallback)
                self._led: Any = gpiozero.LED(pin, initial_value=False)
        except (gpiozero.GPIOZeroError, OSError) as error:
            raise NoLight(f"light_pin {pin!r}: {type(error).__name__}: {error}") from error
        self._on = False

    def show(self, on: bool) -> None:
        """Switch it, if it differs."""
        if on == self._on:
            return
        self._on = on
        if on:
            self._led.on()
        else:
            self._led.off()

    def close(self) -> None:
        """Off, and the pin given back."""
        self.show(False)
        self._led.close()
