"""Every way of setting sections meets every way of setting items, in four scripts."""

import importlib.util
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.composing.importing import import_text

_PATH = Path(__file__).parent / "newsletters.py"
_SPEC = importlib.util.spec_from_file_location("importing_newsletters", _PATH)
assert _SPEC
assert _SPEC.loader
newsletters = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = newsletters
_SPEC.loader.exec_module(newsletters)

DAMAGE = ("item_without_title", "item_without_kicker_and_title", "missing_section")
PLAIN_LANGUAGES = ("en", "ru")  # whose capitals differ

specs = st.builds(
    newsletters.Spec,
    heading=st.sampled_from(sorted(newsletters.HEADINGS)),
    ruler=st.sampled_from(sorted(newsletters.RULERS)),
    contents=st.sampled_from(sorted(newsletters.CONTENTS)),
    item=st.sampled_from(sorted(newsletters.ITEMS)),
    language=st.sampled_from(sorted(newsletters.TITLES)),
    counts=st.lists(st.integers(2, 4), min_size=2, max_size=3).map(tuple),
    under=st.booleans(),
    introduction=st.booleans(),
    blank_lines=st.integers(1, 3),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
)


@settings(max_examples=300)
@given(specs)
def test_sections_and_items(spec: newsletters.Spec) -> None:  # type: ignore[name-defined]
    if spec.heading == "capitals" and spec.language not in PLAIN_LANGUAGES:
        return
    imported = import_text(newsletters.newsletter(spec), source_name="spec.txt")
    assert (imported.sections, imported.items) == (len(spec.counts), sum(spec.counts))
    assert not [each for each in imported.findings if each.code in DAMAGE]
