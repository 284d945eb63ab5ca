"""Screenshots of an issue: each view as a PNG, all on one sheet, and what has changed since.

1. compile the issue and fill it as for nobody;
2. photograph each view in Chromium, which gets nothing but the issue's own pictures;
3. lay each over its earlier picture, where there is one;
4. write everything, each file whole or not at all.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from mailer.composing import sample
from mailer.composing.compiling import compile_draft, read_draft
from mailer.composing.images.memory_store import NearStore
from mailer.composing.preview.views import VIEWS, View, document
from mailer.composing.rendering.pipeline import html_bytes
from mailer.composing.shots import contact_sheet
from mailer.composing.shots.contact_sheet import Print
from mailer.composing.shots.differences import Difference, compare, picture_of
from mailer.composing.shots.placeholder import placeholder
from mailer.config import Settings
from mailer.errors import NotFoundError, RenderError
from mailer.platform.browser import (
    BASE,
    MOST_PIXELS_HIGH,
    Page,
    Resource,
    find_browser,
    open_chromium,
)
from mailer.platform.files import write_whole

SHEET = "contact-sheet.png"
_SHEET_PICTURES = f"{BASE}shots/"


@dataclass(frozen=True, slots=True)
class Shot:
    """One view, photographed.

    Args:
        view: what it shows.
        path: of the PNG.
        size: its width and height in pixels.
        difference: from the earlier picture; None where nothing was compared.
        is_new: there was no earlier picture to compare with.
        difference_path: of the picture of what has changed, where something has.
    """

    view: View
    path: Path
    size: tuple[int, int]
    difference: Difference | None = None
    is_new: bool = False
    difference_path: Path | None = None

    @property
    def is_cut_off(self) -> bool:
        """Whether the view is longer than what is photographed."""
        return self.size[1] >= MOST_PIXELS_HIGH


@dataclass(frozen=True, slots=True)
class Shots:
    """All views of an issue.

    Args:
        slug: of the issue.
        shots: one a view.
        sheet: the contact sheet's file.
        left_out: addresses of pictures that are not on this machine.
        browser: name and version of what took them.
    """

    slug: str
    shots: tuple[Shot, ...]
    sheet: Path
    left_out: tuple[str, ...]
    browser: str

    def differing(self, tolerance: float) -> tuple[Shot, ...]:
        """Return those of which more than `tolerance` percent has changed, and new ones."""
        return tuple(
            shot
            for shot in self.shots
            if shot.is_new or (shot.difference and shot.difference.percent > tolerance)
        )


@dataclass(slots=True)
class _Pictures:
    """What Chromium gets for the addresses in the message; remembers what it did not."""

    store: NearStore
    left_out: set[str] = field(default_factory=set)

    def resolve(self, url: str) -> Resource | None:
        found = self.store.read(self.store.name_of(url))
        if found:
            return Resource(*found)
        if url.startswith(BASE):
            return None
        self.left_out.add(url)
        return Resource(placeholder(url), "image/svg+xml")


def shoot(
    path: Path,
    settings: Settings,
    *,
    output: Path,
    against: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Shots:
    """Photograph the issue file at `path` in every view; write the pictures to `output`.

    Args:
        path: the issue file.
        settings: of the workspace.
        output: folder to write to; made where it is missing.
        against: folder with earlier pictures to compare with.
        progress: called with what is being done, once a view and once for the sheet.

    Raises:
        RenderError: the issue does not compile, or an earlier picture cannot be read.
        NotFoundError: there are no earlier pictures.
        ConfigurationError: there is no Chromium.
        BrowserError: it fails.
    """
    program = find_browser(settings.preview.browser)
    pictures = _Pictures(NearStore(settings))
    compiled = compile_draft(read_draft(path), settings, store=pictures.store).compiled
    earlier = _earlier(against) if against else {}
    html_part = sample.neutral_html(compiled, settings)
    text_part = sample.neutral_text(compiled, settings)
    output.mkdir(parents=True, exist_ok=True)
    with open_chromium(program) as chromium:
        page = chromium.new_page()
        shots = []
        for view in VIEWS:
            progress(view.title)
            shown = document(view, html_part=html_part, text_part=text_part)
            picture = photograph(page, view, shown, pictures.resolve)
            before = earlier.get(view.name)
            shots.append(_kept(view, picture, before, output=output, compares=bool(against)))
        progress("Contact sheet")
        sheet = _print_sheet(
            page,
            shots,
            subject=sample.subject_shown(compiled, settings),
            file=path.name,
            facts=f"{html_bytes(compiled):,} bytes of HTML · {compiled.date.isoformat()}",
        )
        write_whole(output / SHEET, _png(sheet), can_be_remade=True)
        return Shots(
            slug=compiled.slug,
            shots=tuple(shots),
            sheet=output / SHEET,
            left_out=tuple(sorted(pictures.left_out)),
            browser=chromium.version,
        )


def photograph(
    page: Page, view: View, html: str, resolve: Callable[[str], Resource | None]
) -> Image.Image:
    """Return the picture of `html` in `view`, from its top to its end."""
    page.resize(view.width, scale=view.scale, is_mobile=view.is_mobile)
    page.prefer(view.scheme)
    page.show(html, resolve=resolve)
    return _joined(page.slices())


def _joined(slices: Iterable[bytes]) -> Image.Image:
    parts = [Image.open(io.BytesIO(each)).convert("RGB") for each in slices]
    if len(parts) == 1:
        return parts[0]
    whole = Image.new("RGB", (parts[0].width, sum(part.height for part in parts)))
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return whole


def _kept(
    view: View, picture: Image.Image, before: Image.Image | None, *, output: Path, compares: bool
) -> Shot:
    """Write the picture of `view`, and what has changed in it."""
    path, changes = output / f"{view.name}.png", output / f"{view.name}.diff.png"
    write_whole(path, _png(picture), can_be_remade=True)
    changes.unlink(missing_ok=True)
    if before is None:
        return Shot(view, path, picture.size, is_new=compares)
    difference, mask = compare(before, picture)
    if not difference.changed:
        return Shot(view, path, picture.size, difference)
    write_whole(changes, _png(picture_of(picture, mask)), can_be_remade=True)
    return Shot(view, path, picture.size, difference, difference_path=changes)


def _earlier(folder: Path) -> dict[str, Image.Image]:
    """Return earlier pictures by the names of their views."""
    found = {view.name: folder / f"{view.name}.png" for view in VIEWS}
    pictures = {name: _opened(file) for name, file in found.items() if file.is_file()}
    if not pictures:
        raise NotFoundError(
            f"{folder}: there are no screenshots to compare with",
            code="screenshots-missing",
            folder=str(folder),
        )
    return pictures


def _opened(file: Path) -> Image.Image:
    try:
        with Image.open(file, formats=["PNG"]) as picture:
            return picture.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise RenderError(f"not a screenshot that can be read: {error}", path=file) from None


def _print_sheet(
    page: Page, shots: Sequence[Shot], *, subject: str, file: str, facts: str
) -> Image.Image:
    prints = [
        Print(shot.view, f"{_SHEET_PICTURES}{shot.path.name}", shot.size, _note(shot))
        for shot in shots
    ]
    files = {f"{_SHEET_PICTURES}{shot.path.name}": shot.path for shot in shots}
    page.resize(contact_sheet.sheet_width(prints), scale=contact_sheet.SCALE)
    page.prefer("light")
    page.show(
        contact_sheet.sheet_html(prints, subject=subject, file=file, facts=facts),
        resolve=lambda url: (
            Resource(files[url].read_bytes(), "image/png") if url in files else None
        ),
    )
    return _joined(page.slices())


def _note(shot: Shot) -> str:
    if shot.is_new:
        return "new"
    if shot.difference is None:
        return ""
    return f"{shot.difference.percent:.2f} % changed" if shot.difference.changed else "unchanged"


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=6)
    return out.getvalue()
