"""`hall prompts` with real eSpeak: the right words at the common level, where the pad looks for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from broadcast.audio import LEVEL, PEAK, RATE, read_wav, seconds, trimmed
from broadcast.values import Wording
from cli import prompts
from cli.__main__ import app, main
from evaluator.recordings import recordings
from evaluator.values import Spoken
from hall.station.settings import words
from tests.broadcast.espeak import espeak
from tests.broadcast.made import wording_of
from tests.broadcast.test_sound import likeness, rms, samples

LENGTHS = {  # seconds
    ("zh", Spoken.PLEASE_RATE): (2.5, 5.0),
    ("zh", Spoken.THANKS): (0.4, 1.0),
    ("en", Spoken.PLEASE_RATE): (1.3, 2.6),
    ("en", Spoken.THANKS): (0.4, 1.0),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_prompts_are_recorded_where_the_pad_looks_for_them(tmp_path: Path, language: str) -> None:
    voice = tmp_path / "made" / "voice"
    result = CliRunner().invoke(app, ["prompts", "--out", str(voice), "--language", language])
    assert result.exit_code == 0, result.output
    said = words("evaluator", language)
    files = recordings(voice, language)
    assert sorted(path for path in voice.rglob("*") if path.is_file()) == sorted(files.values())
    for spoken, path in files.items():
        assert str(path) in result.output
        assert said(f"prompt.{spoken}") in result.output
        pcm = read_wav(path)  # mono, 16 bits, RATE
        least, most = LENGTHS[language, spoken]
        assert least < seconds(pcm) < most
        assert LEVEL * 0.6 < rms(pcm) <= LEVEL * 1.01
        assert max(map(abs, samples(pcm))) <= PEAK
        assert abs(samples(pcm)[0]) + abs(samples(pcm)[-1]) < 0.02 * RATE
        raw = tmp_path / "raw.wav"
        voice_of = wording_of(language)
        espeak("-v", voice_of.voice, "-s", str(voice_of.rate), "-w", str(raw), said(f"prompt.{spoken}"))
        theirs = trimmed(read_wav(raw))
        assert seconds(pcm) == pytest.approx(seconds(theirs), abs=0.03)
        assert likeness(pcm, theirs) > 0.97


def ran(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and what stands on stderr, as a person sees it."""
    monkeypatch.setattr("sys.argv", ["hall", "prompts", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err


def test_what_is_recorded_stays_unless_it_is_to_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "thanks.wav"
    own.write_bytes(b"a recording of a person")
    code, told = ran(monkeypatch, capsys, "--out", str(tmp_path))
    assert code == 1
    assert told == f"hall: {own}: recorded already; --replace records anew\n"
    assert [path.name for path in tmp_path.iterdir()] == ["thanks.wav"]
    assert own.read_bytes() == b"a recording of a person"
    assert ran(monkeypatch, capsys, "--out", str(tmp_path), "--replace") == (0, "")
    assert seconds(read_wav(own)) > 0.4


def test_a_voice_that_espeak_lacks_is_told_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(language: str, _words: object) -> Wording:
        return replace(wording_of(language), voice="sit/no-such-voice")

    monkeypatch.setattr(prompts, "wording", unknown)
    code, told = ran(monkeypatch, capsys, "--out", str(tmp_path / "voice"))
    assert code == 1
    assert len(told.splitlines()) == 1
    assert "您好，请您对我的工作给予评价: not recorded: " in told
    assert "'sit/no-such-voice'" in told
    assert "espeak-ng --voices" in told
    assert not (tmp_path / "voice").exists()


def test_a_machine_without_the_engine_is_told_what_to_install(tmp_path: Path) -> None:
    """The voice process finds a pyttsx3 that fails as the real one does without eSpeak's library."""
    (tmp_path / "pyttsx3").mkdir()
    failing = 'raise OSError("libespeak-ng.so.1: cannot open shared object file")\n'
    (tmp_path / "pyttsx3" / "__init__.py").write_text(failing)
    run = subprocess.run(
        [sys.executable, "-m", "cli.__main__", "prompts", "--out", str(tmp_path / "voice")],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert len(run.stderr.splitlines()) == 1  # nothing of the log beside it
    assert "apt-get install espeak-ng" in run.stderr
    assert not (tmp_path / "voice").exists()


def test_a_place_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    code, told = ran(monkeypatch, capsys, "--out", str(tmp_path / "file"))
    assert code == 1
    assert "cannot be written" in told
