"""docs/lint-client-support.md names every rule with its severity."""

import re
from pathlib import Path

from mailer.composing.linting.compat import RULES, caniemail
from mailer.composing.linting.compat.caniemail import clients

DOCS = Path(__file__).resolve().parents[4] / "docs/lint-client-support.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (\w+) \|", re.MULTILINE)


def test_every_rule_is_documented() -> None:
    documented = dict(ROW.findall(DOCS.read_text()))
    assert documented == {code: str(rule.severity) for code, rule in RULES.items()}


def test_every_family_of_clients_is_named() -> None:
    text = DOCS.read_text()
    families = {name.partition(".")[0] for name in caniemail.features()["css-display"].support}
    assert [name for name in families if f"`{name}`" not in text] == []
    assert f"in {len(clients(tuple(families)))} clients" in text


def test_cards_say_why_and_what_to_do() -> None:
    for rule in RULES.values():
        assert rule.why.endswith((".", "/")), rule.code
        assert rule.fix, rule.code
        assert rule.title[0].islower() or not rule.title[0].isalpha() or rule.title[:2].isupper()
