"""Lint and build judge the same text alike."""

import random
from pathlib import Path

import pytest
from PIL import Image

from mailer.composing.compiling import compile_draft, read_draft
from mailer.composing.images.memory_store import NearStore
from mailer.config import Settings
from mailer.errors import RenderError
from tests.unit.composing.linting.conftest import FRONT, Found


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


def test_a_picture_that_the_build_refuses_is_an_error(
    found: Found, settings: Settings, tmp_path: Path
) -> None:
    noise = random.Random(1).randbytes(1104 * 2208 * 3)
    Image.frombytes("RGB", (1104, 2208), noise).save(tmp_path / "noise.png")
    body = f"![a very grainy picture of the sea](noise.png)\n\n{'Some words stand here. ' * 9}"
    path = tmp_path / "issue.md"
    path.write_text(FRONT + body)
    with pytest.raises(RenderError, match="does not fit") as refused:
        compile_draft(read_draft(path), settings, store=NearStore(settings))
    assert refused.value.line == 6
    assert "6:37 image-broken" in found(body)
