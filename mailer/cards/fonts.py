"""The font for a text: ours where it has every character, else one of the system's, else none."""

import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

from mailer.cards.coverage import read_coverage

OURS = Path(__file__).parent / "fonts" / "Newsreader.ttf"
"""Newsreader, SIL Open Font License 1.1: Latin with all its marks, Vietnamese."""

_TIMEOUT_SECONDS = 5
_SHAPED_BLOCKS = (
    (0x0590, 0x08FF),  # Hebrew, Arabic, Syriac, Thaana, N'Ko
    (0x0900, 0x109F),  # the scripts of India and around, Thai, Lao, Tibetan, Burmese
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0xFB1D, 0xFEFC),  # presentation forms
)
"""What reads wrong when letters are set one beside the other from left to right."""

_INVISIBLE = {"Cf", "Cc", "Mn", "Zs", "Zl", "Zp"}
_PICTURES = {"So", "Sk", "Cn", "Co", "Cs", "Cf", "Cc", "Mn", "Me"}


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font file; `weight` is used where it is ours, which has all of them."""

    path: Path
    index: int = 0

    def at(self, size: int, *, weight: int = 600) -> ImageFont.FreeTypeFont:
        """Return the font at `size` pixels."""
        return _load(self.path, self.index, size, weight)


@lru_cache(maxsize=64)
def _load(path: Path, index: int, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size, index=index)
    if path == OURS:
        font.set_variation_by_axes([weight, min(72, size)])
    return font


def drawable(text: str) -> tuple[str, Typeface | None]:
    """Return what can be drawn of `text`, and with what.

    Pictures (emoji) that the typeface lacks are left out. Where a letter would be missing, or
    the script cannot be shaped here, there is no typeface: draw something else.
    """
    plain = " ".join(_without_pictures(text).split())
    if not plain or (_must_be_shaped(plain) and not features.check("raqm")):
        return plain, None
    if _covers(Typeface(OURS), plain):
        return plain, Typeface(OURS)
    found = from_system("".join(sorted(set(plain))))
    return plain, found if found and _covers(found, plain) else None


def _without_pictures(text: str) -> str:
    ours = read_coverage(OURS)
    return "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if ours.has(character) or _is_letter_or_mark(character)
    )


def _is_letter_or_mark(character: str) -> bool:
    """Whether leaving the character out would change a word."""
    category = unicodedata.category(character)
    if category == "Mn":  # vowels of many scripts; not the selectors that follow emoji
        return not 0xFE00 <= ord(character) <= 0xFE0F  # noqa: PLR2004 - variation selectors
    return category not in _PICTURES


def _covers(face: Typeface, text: str) -> bool:
    coverage = read_coverage(face.path, face.index)
    return all(coverage.has(character) or character == " " for character in text)


def _must_be_shaped(text: str) -> bool:
    return any(
        first <= ord(character) <= last for character in text for first, last in _SHAPED_BLOCKS
    )


@lru_cache(maxsize=256)
def from_system(characters: str) -> Typeface | None:
    """Return the system's best font for these characters, a bold serif for choice.

    None where there is no fontconfig; what it returns may still lack some of them.
    """
    program = shutil.which("fc-match")
    if program is None:
        return None
    codes = " ".join(f"{ord(character):x}" for character in characters)
    pattern = f"serif:weight=200:charset={codes}"
    try:
        answer = subprocess.run(  # noqa: S603 - hexadecimal digits of ours
            [program, "--format=%{file}\t%{index}", pattern],
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    path, _, index = answer.decode(errors="surrogateescape").partition("\t")
    # the upper half of fontconfig's number names a variation
    return Typeface(Path(path), int(index or 0) & 0xFFFF) if path else None
