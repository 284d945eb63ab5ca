"""The guide to adding a provider is followed as it stands, in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/adding-a-provider.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```(?:python|toml)\n# (?P<into>in )?(?P<path>\S+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^```sh\npytest (?P<words>.*?)\n```$", re.MULTILINE)


def follow(folder: Path) -> None:
    for block in BLOCK.finditer(GUIDE):
        path = folder / block["path"]
        if block["into"]:
            before = re.search(r"below `(.+?)`:\n\n$", GUIDE[: block.start()])
            assert before is not None
            text = path.read_text()
            assert text.count(before[1]) == 1
            path.write_text(text.replace(before[1], f"{before[1]}\n{block['text'].rstrip()}"))
            continue
        assert not path.exists()
        path.parent.mkdir(exist_ok=True)
        path.write_text(block["text"])


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("mailer", "subscribers", "templates", "tests/contract", "tests/helpers",
                 "tests/unit/providers"):  # fmt: skip
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.mark.slow
def test_the_guide_adds_a_provider(copy: Path) -> None:
    follow(copy)
    [command] = COMMAND.finditer(GUIDE)
    words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command["words"])]
    shown = run(copy, "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *words)
    passed = re.search(r"^(\d+) passed, \d+ deselected", shown, re.MULTILINE)  # and none skipped
    assert passed is not None
    assert int(passed[1]) >= 50
    run(copy, "ruff", "check", "--no-cache", "mailer/providers", "tests/contract")
    run(copy, "ruff", "format", "--check", "--no-cache", "mailer/providers", "tests/contract")
    run(copy, "mypy", "--no-incremental", "-p", "mailer.providers.acme")
    (copy / "mailer.toml").write_text('provider = "acme"\n[acme]\napi_key = "k"\n')
    shown = run(copy, "mailer", "init", "new")
    written = (copy / "new/mailer.toml").read_text()
    assert '"acme"' in written
    assert "[acme]" in written
