"""The one card of a process: what one stops, the others go on saying. On SDL's own card without a loudspeaker."""

from __future__ import annotations

from collections.abc import Iterator

import pygame
import pytest

from screen import sound

LONG = bytes(sound.RATE * 2 * 60)  # a minute: it ends in no test
SHORT = bytes(sound.RATE * 2 // 50)


@pytest.fixture(autouse=True)
def _card(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pygame.mixer.quit()
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    sound.open_card()
    yield
    pygame.mixer.quit()


def sounding() -> int:
    return sum(pygame.mixer.Channel(n).get_busy() for n in range(sound.CHANNELS))


def test_the_card_is_opened_once_with_room_for_every_window() -> None:
    sound.open_card()
    assert pygame.mixer.get_init() == (sound.RATE, -16, 1)
    playing = [sound.play(pygame.mixer.Sound(buffer=LONG)) for _ in range(sound.CHANNELS)]
    assert all(playing)
    assert sound.play(pygame.mixer.Sound(buffer=LONG)) is None


def test_stopping_one_leaves_the_others() -> None:
    first, second = (sound.play(pygame.mixer.Sound(buffer=LONG)) for _ in range(2))
    assert first is not None
    assert second is not None
    first.stop()
    first.stop()
    assert sounding() == 1
    second.stop()
    assert sounding() == 0


def test_stopping_what_is_over_leaves_the_one_who_has_its_channel_now() -> None:
    over = sound.play(pygame.mixer.Sound(buffer=SHORT))
    assert over is not None
    while sounding():
        pygame.time.wait(5)
    assert sound.play(pygame.mixer.Sound(buffer=LONG)) is not None
    over.stop()
    assert sounding() == 1


def test_no_card_is_told_and_without_one_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    again = pygame.mixer.Sound(buffer=LONG)
    playing = sound.play(again)
    assert playing is not None
    pygame.mixer.quit()
    playing.stop()
    assert sound.play(again) is None
    monkeypatch.setenv("SDL_AUDIODRIVER", "no-such-driver")
    with pytest.raises(sound.NoSoundCard, match="SDL_AUDIODRIVER"):
        sound.open_card()
