"""No group is possessive: Python before 3.11.5 matches some of them wrongly (CPython gh-106052)."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GROUP = re.compile(r"\)(?:[*+?]|\{[0-9,]+\})\+[^,;]|\(\?>")


def test_no_group_is_possessive() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("mailer", "subscribers")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if GROUP.search(line)
    ]
    assert found == []
