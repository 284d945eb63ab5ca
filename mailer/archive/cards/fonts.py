"""The fonts for a text: ours if it has every character, else one of the system's, else both."""

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageFont, features

from mailer.archive.cards.coverage import read_coverage

OURS = Path(__file__).parent / "fonts" / "Newsreader.ttf"
"""Newsreader, SIL Open Font License 1.1: Latin with all its marks, Vietnamese."""

_TIMEOUT_SECONDS = 5
_SHAPED_BLOCKS = (
    (0x0590, 0x08FF),  # Hebrew, Arabic, Syriac, Thaana, N'Ko
    (0x0900, 0x109F),  # the scripts of India and around, Thai, Lao, Tibetan, Burmese
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0xFB1D, 0xFEFC),  # presentation forms
)
"""Scripts that need shaping: letters cannot just be placed from left to right."""

_INVISIBLE = {"Cf", "Cc", "Mn", "Zs", "Zl", "Zp"}
_PICTURES = {"So", "Sk", "Cn", "Co", "Cs", "Cf", "Cc", "Mn", "Me"}


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font file; `weight` and `cut` apply only to ours, which has all of them.

    Args:
        path: of the file.
        index: which font of a collection.
        cut: largest optical size: ours is finer where it is drawn larger.
    """

    path: Path
    index: int = 0
    cut: int = 72

    def at(self, size: int, *, weight: int = 600) -> ImageFont.FreeTypeFont:
        """Return the font at `size` pixels."""
        return _load(self, size, weight)


@dataclass(frozen=True, slots=True)
class Lettering:
    """Typefaces that together cover every character; the first one that has it draws it."""

    faces: tuple[Typeface, ...]

    def runs(self, text: str, size: int) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """Yield the parts of `text`, in order, each with its font."""
        for face, part in groupby(text, self._face_of):
            yield face.at(size), "".join(part)

    def width(self, text: str, size: int) -> float:
        """Return how wide `text` is, in pixels."""
        return sum(font.getlength(part) for font, part in self.runs(text, size))

    def _face_of(self, character: str) -> Typeface:
        for face in self.faces:
            if _has(face, character):
                return _SIGNS if face == _OURS and character in "<>" else face
        return self.faces[0]


_OURS = Typeface(OURS)
_SIGNS = Typeface(OURS, cut=24)
"""In the larger cuts of Newsreader, `<` and `>` fall flat: 22 of 81 units remain at 72 and 600."""
_MOST_FACES = 4


@lru_cache(maxsize=64)
def _load(face: Typeface, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(face.path, size, index=face.index)
    if face.path == OURS:
        font.set_variation_by_axes([weight, min(face.cut, size)])
    return font


def drawable(text: str) -> tuple[str, Lettering | None]:
    """Return what can be drawn of `text`, and with what.

    Pictures (emoji) that the typeface lacks are left out. Where a letter would be missing, or
    the script cannot be shaped here, there is no lettering: draw something else.
    """
    plain = " ".join(_without_pictures(text).split())
    is_shaped = _must_be_shaped(plain)
    if not plain or (is_shaped and not features.check("raqm")):
        return plain, None
    if not _missing(plain, _OURS):
        return plain, Lettering((_OURS,))
    found = from_system("".join(sorted(set(plain))))
    if found and not _missing(plain, found):
        return plain, Lettering((found, _OURS))  # ours for the ellipsis of what is cut off
    return plain, None if is_shaped else _mixed(plain)


def _mixed(text: str) -> Lettering | None:
    """Return our typeface and the system's for what it lacks; None if characters are still missing.

    Not for what must be shaped: neighbours that shape each other must be of one font.
    """
    faces, missing = [_OURS], _missing(text, _OURS)
    while missing and len(faces) < _MOST_FACES:
        found = from_system("".join(sorted(missing)))
        if found is None or _missing("".join(missing), found) == missing:
            return None
        faces.append(found)
        missing = _missing("".join(missing), found)
    return None if missing else Lettering(tuple(faces))


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


def _missing(text: str, face: Typeface) -> set[str]:
    return {character for character in text if not _has(face, character)}


def _has(face: Typeface, character: str) -> bool:
    return character == " " or read_coverage(face.path, face.index).has(character)


def _must_be_shaped(text: str) -> bool:
    return any(
        first <= ord(character) <= last for character in text for first, last in _SHAPED_BLOCKS
    )


@lru_cache(maxsize=256)
def from_system(characters: str) -> Typeface | None:
    """Return the system's best font for these characters, a bold serif if possible.

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
