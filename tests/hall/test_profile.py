"""Profiles: the shipped ones are right, and a wrong one is told everything that is wrong with it."""

from importlib import resources
from pathlib import Path

import pytest
from msgspec.structs import replace

from hall.errors import BadFile
from hall.keymap import Action, Binding, action_of, clashes
from hall.profile import KINDS, KeypadProfile, PadProfile, PrinterProfile, kind_of
from hall.profilefile import OWN_CLAIMS, parse_profile

SHIPPED = {
    Path(file.name).stem: file.read_text("utf-8")
    for file in resources.files("firmware_profiles").iterdir()
    if file.name.endswith(".toml")
}
PRINTER = SHIPPED["escpos-80mm"]


def mistakes_of(name: str, texts: dict[str, str]) -> list[str]:
    with pytest.raises(BadFile) as caught:
        parse_profile(name, texts)
    return list(caught.value.mistakes)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_profile_reads_and_names_its_sources(name: str) -> None:
    profile = parse_profile(name, SHIPPED)
    assert profile.title
    assert len(profile.sources) >= (2 if profile.verified == "two sources" else 1)


def test_printers() -> None:
    wide, small = (parse_profile(name, SHIPPED) for name in ("escpos-80mm", "escpos-58mm"))
    assert isinstance(wide, PrinterProfile)
    assert isinstance(small, PrinterProfile)
    assert (wide.width_dots, wide.columns, wide.cut, wide.line.baud) == (576, 48, "partial", 115200)
    assert (small.width_dots, small.columns, small.cut, small.line.baud) == (384, 32, "none", 9600)
    assert small.chinese == wide.chinese == "gb18030"
    assert wide.in_order_status
    assert not small.in_order_status  # in no source for these


def test_a_printer_without_a_chinese_font_differs_in_nothing_else() -> None:
    font, raster = (parse_profile(name, SHIPPED) for name in ("escpos-58mm", "escpos-58mm-raster"))
    assert isinstance(raster, PrinterProfile)
    claims = {claim: getattr(font, claim) for claim in OWN_CLAIMS}
    assert raster.chinese == "raster"
    assert replace(raster, chinese="gb18030", **claims) == font


@pytest.mark.parametrize(
    ("digits", "key", "in_a", "in_b"),
    [
        ("", 0x0C, Action.NEXT, Action.NEXT),
        ("23", 0x0C, None, Action.CALL_NUMBER),
        ("", 0x0D, Action.RECALL, Action.RECALL),
        ("", 0x0B, Action.EVALUATE, Action.EVALUATE),
        ("6", 0x0F, Action.NO_SHOW, None),
        ("5", 0x0F, None, Action.NO_SHOW),
        ("4", 0x0F, Action.SIGN_OUT, Action.SIGN_OUT),
        ("0", 0x0F, Action.HOLD, Action.PAUSE),
        ("00", 0x0F, None, Action.HOLD),
        ("3", 0x0F, Action.TAKE_UP, Action.TAKE_UP),
        ("", 0x12, Action.PAUSE, None),
        ("2", 0x0F, Action.RESUME, Action.RESUME),
        ("12", 0x0F, None, None),
        ("101", 0x0F, Action.SIGN_IN, Action.SIGN_IN),
        ("10001", 0x0F, Action.SIGN_IN, Action.SIGN_IN),
        ("3", 0x13, Action.TRANSFER, None),
        ("12", 0x0A, None, Action.TRANSFER),
        ("", 0x0A, Action.START, Action.START),
        ("1", 0x0F, Action.FINISH, Action.FINISH),
        ("", 0x0E, Action.UNDO, Action.UNDO),
        ("", 0x11, None, None),
    ],
)
def test_both_keymaps(digits: str, key: int, in_a: Action | None, in_b: Action | None) -> None:
    for name, wanted in (("ff68-21key-a", in_a), ("ff68-21key-b", in_b)):
        keypad = parse_profile(name, SHIPPED)
        assert isinstance(keypad, KeypadProfile)
        assert keypad.action(digits, key) == wanted, name


def test_the_four_key_pad_is_listed_as_not_five_level() -> None:
    pad = parse_profile("ff68-pad-4", SHIPPED)
    assert isinstance(pad, PadProfile)
    assert not pad.five_level
    assert [pad.level(value) for value in range(5)] == [2, 3, 4, 5, None]


def test_a_pad_says_how_many_levels_it_has() -> None:
    claims = SHIPPED["ff68-pad-4"].replace("five_level = false", "five_level = true")
    (told,) = mistakes_of("p", {"p": claims})
    assert told == "p.toml.five_level: must be false: the keys give 4 of the five levels"
    rows = "[{ value = 0, level = 6 }, { value = 1, level = 2 }, { value = 1, level = 2 }, { value = 256, level = 1 }]"
    text = f'extends = "ff68-pad-4"\ntitle = "p"\nverified = "experimental"\nsources = ["s"]\nkeys = {rows}\n'
    assert [mistake.split(": ")[0] for mistake in mistakes_of("p", {**SHIPPED, "p": text})] == [
        "p.toml.keys[0].level",
        "p.toml.keys[2].level",
        "p.toml.keys[2].value",
        "p.toml.keys[3].value",
    ]


def test_exact_digits_win_over_patterns() -> None:
    keymap = (
        Binding(1, Action.TRANSFER, "d+"),
        Binding(1, Action.NO_SHOW, "05"),
        Binding(2, Action.START, "dd"),
    )
    assert action_of(keymap, "05", 1) is Action.NO_SHOW
    assert action_of(keymap, "5", 1) is Action.TRANSFER
    assert action_of(keymap, "", 1) is None
    assert action_of(keymap, "123", 2) is None
    assert clashes(keymap) == []
    more = (Binding(1, Action.SIGN_IN, "ddd"), Binding(1, Action.PAUSE, "05"))
    assert clashes((*keymap, *more)) == [(0, 3), (1, 4)]


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    text = PRINTER.replace("width_dots = 576", 'width_dots = "576"').replace("columns = 48", "colums = 48")
    text = text.replace("baud = 115200", "baud = 115200\nparity = 'X'")
    told = mistakes_of("mine", {"mine": text})
    assert [mistake.split(": ")[0] for mistake in told] == [
        "mine.toml.columns",
        "mine.toml.colums",
        "mine.toml.line.parity",
        "mine.toml.width_dots",
    ]
    assert "missing" in told[0]
    assert "unknown" in told[1]


def test_mistakes_beyond_the_types() -> None:
    text = PRINTER.replace("columns = 48", "columns = 49")
    (told,) = mistakes_of("mine", {"mine": text})
    assert told.startswith("mine.toml.columns: 49 × 12 dots are wider")
    text = PRINTER.replace("columns = 48", "columns = 0").replace("baud = 115200", "baud = 0")
    assert [mistake.split(": ")[0] for mistake in mistakes_of("mine", {"mine": text})] == [
        "mine.toml.columns",
        "mine.toml.line.baud",
    ]


def test_a_mistake_is_told_of_the_file_that_holds_it() -> None:
    texts = {
        "old": PRINTER.replace("columns = 48", "columns = true"),
        "new": 'extends = "old"\ntitle = "t"\nsources = ["s"]\nwidth_dots = -1\n[line]\nbits = 9\n',
    }
    told = mistakes_of("new", texts)
    assert [mistake.split(": ")[0] for mistake in told] == [
        "new.toml.line.bits",
        "new.toml.verified",  # never inherited: what the old one was verified by says nothing of it
        "new.toml.width_dots",
        "old.toml.columns",
    ]


def test_keymap_mistakes_have_rows() -> None:
    rows = '[{ digits = "x+", key = 256, action = "next" }]'
    told = mistakes_of("k", {**SHIPPED, "k": KEYPAD.format(rows=rows)})
    assert [mistake.split(": ")[0] for mistake in told] == [
        "k.toml.keymap[0].digits",
        "k.toml.keymap[0].key",
    ]
    rows = '[{ digits = "d", key = 1, action = "next" }, { digits = "d+", key = 1, action = "recall" }]'
    (told_of,) = mistakes_of("k", {**SHIPPED, "k": KEYPAD.format(rows=rows)})
    assert told_of.startswith("k.toml.keymap[1]: answers the same digits and key as row [0]")
    rows = '[{ digits = "", key = 1, action = "dance" }, { digits = "", key = 2 }]'
    told = mistakes_of("k", {**SHIPPED, "k": KEYPAD.format(rows=rows)})
    assert [mistake.split(": ")[0] for mistake in told] == [
        "k.toml.keymap[0].action",
        "k.toml.keymap[1].action",
    ]


KEYPAD = 'extends = "ff68-21key-a"\ntitle = "k"\nverified = "experimental"\nsources = ["s"]\nkeymap = {rows}\n'


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"p": 'extends = "p"'}, "p → p"),
        ({"p": 'extends = "q"', "q": 'extends = "r"', "r": 'extends = "q"'}, "p → q → r → q"),
        ({"p": 'extends = "gone"'}, "there is no profile 'gone'"),
        ({"p": "extends = 3"}, "there is no profile 3"),
        ({"q": ""}, "there is no profile 'p'"),
        ({"p": "kind ="}, "p.toml: not TOML"),
        ({"p": 'kind = "toaster"'}, "'toaster' is no kind of device; known are: bar, keypad, pad, printer"),
        ({"p": ""}, "None is no kind of device"),
    ],
)
def test_profiles_that_are_none(texts: dict[str, str], told: str) -> None:
    (mistake,) = mistakes_of("p", texts)
    assert told in mistake


def test_a_profile_without_a_source_is_refused() -> None:
    (told,) = mistakes_of("k", {**SHIPPED, "k": KEYPAD.format(rows="[]").replace('["s"]', "[]")})
    assert told.startswith("k.toml.sources: ")


OWN = 'title = "mine"\nverified = "experimental"\nsources = ["s"]\n'


@pytest.mark.parametrize(
    ("below", "text", "told"),
    [
        ("a090-8", 'verified = "two sources"', "mine.toml.verified: two sources, but only one"),
        ("a090-8", 'verified = "captured"', "mine.toml.verified: captured, but no capture"),
        ("ff68-21key-a", 'verified = "captured"', "mine.toml.verified: captured, but no capture"),
        ("a090-8", "[look]\neffect = 1\nspeed = 1\nstay = 1\ncolour = 0\nvalid = 1", "mine.toml.look: a090 has no"),
        ("aabb-xor-8", "sum_counts_end = true", "mine.toml.sum_counts_end: aabb-xor has no"),
        ("aabb-sum-8", "[look]\nspeed = 256", "mine.toml.look.speed: must be 0–255 (found 256)"),
        ("aabb-sum-8", "[look]\nblink = 1", "mine.toml.look.blink: unknown key"),
        ("a090-8", 'dialect = "aabb-sum"', "mine.toml.look: missing; aabb-sum needs it"),
        ("number4-3", "digits = 6", "mine.toml.digits: must be 1–5 (found 6)"),
        ("ff68-21key-a", "[line]\nbaud = 1", "mine.toml.line.baud: must be 300–4000000 (found 1)"),
        ("ff68-21key-a", "ack_timeout_ms = 60000", "mine.toml.ack_timeout_ms: must be 1–10000 (found 60000)"),
        ("ff68-21key-a", "retries = 99", "mine.toml.retries: must be 0–20 (found 99)"),
        ("a090-8", "reply_timeout_ms = 999999", "mine.toml.reply_timeout_ms: must be 0–10000 (found 999999)"),
        ("number4-3", "reply_timeout_ms = 100", "mine.toml.reply_timeout_ms: must be 0"),
        ("a090-8", 'dialect = "a091"', "mine.toml.dialect: "),
        ("escpos-80mm", "fixed_bits = false\nauto_status = false", "mine.toml.fixed_bits: false, so in_order"),
        ("escpos-80mm", "fixed_bits = false\nin_order_status = false", "mine.toml.fixed_bits: false, so auto"),
        ("escpos-80mm", 'status = "full"', "mine.toml.status: full, so auto_status must be false"),
        ("escpos-58mm", '[presenter]\nsteps = 1\nuntaken = "eject"', "mine.toml.presenter: a presenter holds out"),
        ("reliance-80mm", "[presenter]\nsteps = 300", "mine.toml.presenter.steps: must be 0–255 (found 300)"),
        ("reliance-80mm", '[presenter]\nuntaken = "keep"', "mine.toml.presenter.untaken: "),
    ],
)
def test_impossible_values_are_told_with_file_and_path(below: str, text: str, told: str) -> None:
    own = OWN if "verified" not in text else OWN.replace('verified = "experimental"\n', "")
    found = mistakes_of("mine", {**SHIPPED, "mine": f'extends = "{below}"\n{own}{text}\n'})
    assert any(mistake.startswith(told) for mistake in found), found


def test_what_a_profile_cites_as_captured_is_there() -> None:
    captures = Path(__file__).parents[1] / "captures"
    for name in SHIPPED:
        for capture in parse_profile(name, SHIPPED).captures:
            assert (captures / capture).is_file(), f"{name} cites {capture}"


def test_every_kind_has_a_profile_and_every_profile_a_kind() -> None:
    assert {kind_of(parse_profile(name, SHIPPED)) for name in SHIPPED} == set(KINDS)
