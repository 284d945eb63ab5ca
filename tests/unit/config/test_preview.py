"""`preview.editor_url`: an address that opens an editor, and nothing that runs."""

from pathlib import Path

import pytest

from mailer.composing.preview.state import editor_link
from mailer.config import load_settings
from mailer.errors import ConfigurationError


def load(folder: Path, value: str) -> str:
    (folder / "mailer.toml").write_text(f'[preview]\neditor_url = "{value}"\n')
    return load_settings(folder, environ={}).preview.editor_url


@pytest.mark.parametrize(
    "value", ["", "vscode://file{path}:{line}:{column}", "idea://open?file={path}&line={line}"]
)
def test_editors(tmp_path: Path, value: str) -> None:
    assert load(tmp_path, value) == value


@pytest.mark.parametrize(
    "value",
    ["javascript:alert('{path}')", "JavaScript:{path}", "data:{path}", "vscode", "x://file"],
)
def test_what_is_no_editor(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"preview\.editor_url must be an address"):
        load(tmp_path, value)


def test_paths_are_quoted() -> None:
    link = editor_link("vscode://file{path}:{line}", Path('/home/a b/"#?.md'))
    assert link == "vscode://file/home/a%20b/%22%23%3F.md:{line}"
    assert editor_link("", Path("/x")) == ""
