"""What the screens share: pages as values, drawn by pygame; presses come back as events.

    page = Page("home", (1080, 1920), (Text(…), Button(…)))   a value, made by pure code: screen.page
    window = Window((1080, 1920), Painter(fonts))             the pygame window: screen.window, screen.painter
    window.show(page)                                         draws only what is new
    for event in window.pump(1.0): …                          Pressed("yes", "home"), Typed("7"), Closed()

`window.wake` is safe from any thread and ends a waiting `pump`. A `Finger` (screen.finger) is a socket by
which a demo or a test looks at the page and taps it through real SDL events.
"""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # its banner would stand in every station's log
