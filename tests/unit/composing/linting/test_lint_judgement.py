"""Lint and build judge the same text alike."""

import random
from pathlib import Path

import pytest
from PIL import Image

from mailer.composing.compiling import compile_draft, read_draft
from mailer.composing.images.memory_store import NearStore
from mailer.config import load_settings
from mailer.errors import RenderError
from tests.unit.composing.linting.conftest import FRONT, Found, Lint


@pytest.mark.parametrize(
    "body",
    [
        "See https://a.dev/my\\_page for it, and [page one](https://a.dev/?a=1&lt=4).",
        "See https://a.dev/\\_private\\_/x and https://a.dev/?a=1&amp;b=2 today.",
        "[page one][p] of it\n\n[p]: https://a.dev/my\\_page?a=1&copy=4",
    ],
)
def test_escapes_in_an_address_are_read_as_the_parser_reads_them(found: Found, body: str) -> None:
    assert found(body) == []


def test_a_picture_that_the_build_refuses_is_an_error(lint: Lint, tmp_path: Path) -> None:
    """Its file is small enough; what it becomes, at the width at which it is shown, is not."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "mailer.toml").write_text("[images]\nmax_bytes = 10_000\n")
    settings = load_settings(folder, environ={})
    noise = random.Random(1).randbytes(552 * 552 * 3)
    picture = Image.frombytes("RGB", (552, 552), noise)
    picture.save(tmp_path / "noise.webp", quality=0)
    body = f"![a very grainy picture of the sea](noise.webp)\n\n{'Some words stand here. ' * 9}"
    path = tmp_path / "issue.md"
    path.write_text(FRONT + body)
    with pytest.raises(RenderError, match="does not fit") as refused:
        compile_draft(read_draft(path), settings, store=NearStore(settings))
    errors = [each for each in lint(FRONT + body, settings=settings).findings if each.text]
    assert (refused.value.line, "image-broken") in [(each.line, each.code) for each in errors]
