"""Social cards of the archive: drawn once, kept in the state folder by what they say."""

import contextlib
import hashlib
import threading
from dataclasses import astuple, dataclass, field
from pathlib import Path

from mailer.archive.cards import Card, draw_card
from mailer.composing.themes.roots import theme_roots
from mailer.composing.themes.theme import find_theme
from mailer.config import Settings
from mailer.errors import ConfigurationError, RenderError
from mailer.platform.files import write_whole
from mailer.platform.state_dir import ensure_state_dir, private_dir

MOST_KEPT = 2000
"""Files, some 40 KB each; the ones drawn longest ago go first."""

_DESIGN = "2"
"""Changes when the drawing does, so that cards that were kept are drawn anew."""


@dataclass(frozen=True, slots=True)
class CardStore:
    """Cards that were drawn.

    Args:
        state_dir: of the workspace; where nothing can be kept there, each is drawn anew.
    """

    state_dir: Path
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def get(self, card: Card) -> bytes:
        """Return the card as PNG."""
        path = self.state_dir / "cards" / f"{card_hash(card)}.png"
        with self._one_at_a_time:  # a card takes a processor 0.1 s
            with contextlib.suppress(OSError):
                return path.read_bytes()
            picture = draw_card(card)
            with contextlib.suppress(OSError, ConfigurationError):
                self._keep(path, picture)
            return picture

    def _keep(self, path: Path, picture: bytes) -> None:
        ensure_state_dir(self.state_dir)
        private_dir(path.parent)
        write_whole(path, picture, can_be_remade=True)
        kept = sorted(path.parent.glob("*.png"), key=lambda file: file.stat().st_mtime)
        for file in kept[:-MOST_KEPT]:
            file.unlink(missing_ok=True)


def card_hash(card: Card) -> str:
    """Return what changes when the card would look different, 16 hexadecimal digits."""
    said = "\0".join((_DESIGN, *astuple(card)))
    return hashlib.sha256(said.encode("utf-8", errors="replace")).hexdigest()[:16]


def accent_of(settings: Settings) -> str:
    """Return the first accent of the theme that issues have by default; empty where that fails."""
    try:
        theme = find_theme(settings.issue.theme, roots=theme_roots(settings))
    except RenderError:
        return ""  # sending says what is wrong with it
    return theme.settings.accents[0].light
