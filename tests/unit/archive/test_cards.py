"""Social cards: the right size, nothing outside the margins, no empty boxes."""

import io
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from mailer.archive.card_files import MOST_KEPT, CardStore, card_hash
from mailer.archive.cards import HEIGHT, WIDTH, Card, draw_card
from mailer.archive.cards import fonts as card_fonts
from mailer.archive.cards.coverage import read_coverage
from mailer.archive.cards.fonts import OURS, drawable
from mailer.archive.cards.setting import balanced, pieces_of, shortened, wrap

LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


def picture(card: Card) -> Image.Image:
    found = Image.open(io.BytesIO(draw_card(card)))
    assert (found.format, found.size) == ("PNG", (WIDTH, HEIGHT))
    return found.convert("RGB")


def card(title: str = "The tide table", **changes: str) -> Card:
    return Card(
        **{
            "title": title,
            "publication": "The Meridian",
            "date": "22 November 2026",
            "site": "news.example.org",
            **changes,
        }
    )


@pytest.mark.parametrize(
    "title",
    [
        "Hi",
        "A bridge that took nine years",
        LONG_WORD,
        "word " * 200,
        "x" * 3000,
        "W" * 60,
        "",
        "🎉",
    ],
)
def test_nothing_reaches_the_margins(title: str) -> None:
    found = picture(card(title))
    paper = found.getpixel((WIDTH - 2, 2))
    for box in (
        (WIDTH - 80, 0, WIDTH, HEIGHT),
        (20, 0, 80, HEIGHT),
        (20, HEIGHT - 30, WIDTH, HEIGHT),
    ):
        assert found.crop(box).getcolors() == [((box[2] - box[0]) * (box[3] - box[1]), paper)]


def test_the_accent_is_the_theme_s_and_nonsense_is_ours() -> None:
    assert picture(card(accent="#1F6F5C")).getpixel((5, 300)) == (0x1F, 0x6F, 0x5C)
    assert picture(card(accent="url(x)")).getpixel((5, 300)) == (0xB4, 0x42, 0x1F)


def test_our_font_knows_what_it_has() -> None:
    ours = read_coverage(OURS)
    assert all(ours.has(character) for character in "Aé€Ąžơ№—“”…")
    assert not any(ours.has(character) for character in "Жא日🎉\U0010ffff")


def test_a_file_that_is_no_font_covers_nothing(tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"ttcf", b"\0\1\0\0\0\x09" + b"x" * 40, b"\xff" * 200)):
        path = tmp_path / str(number)
        path.write_bytes(data)
        assert not read_coverage(path).has("a")


def test_pictures_are_left_out_and_letters_never() -> None:
    assert drawable("🎉 Launch day! 👩‍👩‍👧 ✈️ done")[0] == "Launch day! done"
    assert drawable("日本")[0] == "日本"


def test_where_a_letter_would_be_missing_the_name_stands_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    card_fonts.from_system.cache_clear()
    try:
        assert drawable("Выпуск") == ("Выпуск", None)
        assert drawable("Issue 7: Выпуск")[1] is None
        assert draw_card(card("Выпуск")) == draw_card(card("The Meridian"))
        assert draw_card(card("Выпуск")) != draw_card(card())
        assert picture(card("Выпуск", publication="Выпуск")).size == (WIDTH, HEIGHT)
    finally:
        card_fonts.from_system.cache_clear()


@pytest.mark.skipif(shutil.which("fc-match") is None, reason="needs fontconfig")
@pytest.mark.parametrize(
    "title",
    [
        "Привет, мир",
        "灯台がニュースを読む、忘れるデータベース",
        "مرحبا بكم",
        "第42期: Tides, with <marks> — 海",
        "Ελλάδα и 海: Tides",
    ],
)
def test_fonts_of_the_system_have_all_of_it_or_are_not_used(title: str) -> None:
    text, lettering = drawable(title)
    assert text == title
    if lettering is not None:
        for face in lettering.faces:
            title = "".join(c for c in title if not read_coverage(face.path, face.index).has(c))
        assert not title.replace(" ", "")


@pytest.mark.skipif(shutil.which("fc-match") is None, reason="needs fontconfig")
def test_letters_that_one_font_lacks_do_not_cost_the_others() -> None:
    if drawable("海")[1] is None:
        pytest.skip("no font with Chinese here")
    text, lettering = drawable("Tides 42: 海")
    assert lettering is not None
    runs = [run for _, run in lettering.runs(text, 60)]
    assert "".join(runs) == "Tides 42: 海"
    assert picture(card(text)) != picture(card("The Meridian"))


def test_angle_brackets_do_not_fall_flat() -> None:
    _, lettering = drawable("a < b > c")
    assert lettering is not None
    [mark] = [font for font, run in lettering.runs("<", 112)]
    left, top, right, bottom = mark.getmask("<").getbbox()
    assert bottom - top > 0.7 * (right - left)


@pytest.mark.skipif(not features.check("raqm"), reason="needs raqm, which comes with Pillow")
def test_what_reads_from_right_to_left_stands_at_the_right() -> None:
    if drawable("مرحبا بكم")[1] is None:
        pytest.skip("no font with Arabic here")
    found = picture(card("مرحبا"))
    ink = [
        x for x in range(88, WIDTH - 88) if found.crop((x, 160, x + 1, 500)).getcolors(2) is None
    ]
    assert min(ink) > WIDTH / 2


def width(line: str) -> float:
    return 10.0 * len(line)


def test_lines_are_balanced() -> None:
    pieces = pieces_of("one two three four five six seven eight")
    greedy = wrap(pieces, 300, width)
    assert greedy == ["one two three four five six", "seven eight"]
    assert balanced(pieces, 300, width) == ["one two three four", "five six seven eight"]


def test_wide_scripts_break_anywhere_but_not_before_a_stop() -> None:
    assert wrap(pieces_of("日本語の本、二"), 50, width) == ["日本語の", "本、二"]


def test_what_is_cut_off_is_said() -> None:
    assert shortened(["one two", "three four", "five"], 2, 100, width) == ["one two", "three fou…"]
    assert shortened(["one", "two"], 2, 100, width) == ["one", "two"]
    assert shortened(["x" * 20], 1, 100, width) == ["x" * 9 + "…"]


@given(st.text(max_size=80), st.integers(30, 400))
def test_no_character_is_lost_in_wrapping(text: str, room: int) -> None:
    lines = balanced(pieces_of(text), room, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= room for line in lines)


@settings(max_examples=15)
@given(st.text(max_size=60))
def test_any_title_makes_a_card(title: str) -> None:
    picture(card(title))


def test_cards_are_drawn_once(tmp_path: Path) -> None:
    store = CardStore(tmp_path / ".mailer")
    first = store.get(card())
    [kept] = (tmp_path / ".mailer" / "cards").iterdir()
    assert kept.name == f"{card_hash(card())}.png"
    assert kept.read_bytes() == first
    kept.write_bytes(b"kept")
    assert store.get(card()) == b"kept"
    assert card_hash(card("another")) != card_hash(card())


def test_what_was_drawn_longest_ago_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_KEPT >= 1000
    monkeypatch.setattr("mailer.archive.card_files.MOST_KEPT", 2)
    store = CardStore(tmp_path)
    for title in ("a", "b", "c"):
        store.get(card(title))
    names = {path.stem for path in (tmp_path / "cards").iterdir()}
    assert names == {card_hash(card("b")), card_hash(card("c"))}


def test_where_nothing_can_be_kept_a_card_is_drawn_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert CardStore(tmp_path / "file" / "state").get(card()).startswith(b"\x89PNG")
