"""What caniemail.com measured: which feature works in which mail client.

The data is caniemail's, under the MIT License (caniemail-LICENSE.txt); tools/caniemail.py makes it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mailer.errors import ConfigurationError

_DATA = Path(__file__).with_name("caniemail.json")
_SITE = "https://www.caniemail.com/features/{}/"


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that HTML, CSS or a picture format can do.

    Args:
        slug: caniemail's name, such as `css-display-flex`.
        title: as people write it, such as `display:flex`.
        category: `html`, `css`, `image` or `others`.
        support: by client, `y`, `n`, `a` (partly), `u` (unknown) or `-` (not tested).
        numbers: by client, of the notes that go with it.
        notes: by number.
    """

    slug: str
    title: str
    category: str
    support: Mapping[str, str]
    numbers: Mapping[str, tuple[int, ...]]
    notes: Mapping[int, str]

    @property
    def url(self) -> str:
        """The page with all figures."""
        return _SITE.format(self.slug)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a feature does in the chosen clients.

    Args:
        share: of the clients with a known answer, those where it works at least partly, 0 to 1.
        without: clients where it does not work, as people call them.
        known: number of clients with a known answer.
    """

    share: float
    without: tuple[str, ...]
    known: int


@lru_cache(maxsize=1)
def _data() -> Mapping[str, object]:
    data: Mapping[str, object] = json.loads(_DATA.read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def features() -> Mapping[str, Feature]:
    """Return every feature by slug."""
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    clients = data["clients"]
    return {
        slug: Feature(
            slug=slug,
            title=one["title"].strip(),
            category=one["category"],
            support=dict(zip(clients, one["support"], strict=True)),
            numbers={name: tuple(several) for name, several in one.get("numbers", {}).items()},
            notes={int(number): text for number, text in one["notes"].items()},
        )
        for slug, one in data["features"].items()
    }


# bounded: run over notes of our own table
VALUES = {
    "css-margin:negative": re.compile("Negative values are not supported"),
    **{
        f"css-position:{value}": re.compile(rf"but not[^.]*`{value}`")
        for value in ("relative", "absolute", "fixed", "sticky")
    },
}
"""Values that caniemail's notes tell apart, and what the note of a client without them says."""


def feature_of(slug: str) -> Feature:
    """Return the feature `slug`, or of which `slug` is a value."""
    return features()[slug.partition(":")[0]]


def title_of(slug: str) -> str:
    """Return the name of a feature, or of one value of it, as people write it."""
    title, _, value = feature_of(slug).title, *slug.partition(":")[1:]
    if not value:
        return title
    return f"negative {title}" if value == "negative" else f"{title}:{value}"


def _answer(feature: Feature, slug: str, client: str) -> str:
    answer = feature.support.get(client, "-")
    pattern = VALUES.get(slug)
    if answer == "a" and pattern is not None:
        notes = (feature.notes.get(number, "") for number in feature.numbers.get(client, ()))
        return "n" if any(pattern.search(note) for note in notes) else "y"
    return answer


@lru_cache(maxsize=32)
def clients(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return `family.platform` names for `wanted`, which may name families.

    Raises:
        ConfigurationError: caniemail knows no such client.
    """
    known = [str(one) for one in _list("clients")]
    found = [one for name in wanted for one in _matching(name.strip().lower(), known)]
    return tuple(dict.fromkeys(found))


def _matching(name: str, known: Iterable[str]) -> list[str]:
    found = [one for one in known if name in {one, one.partition(".")[0]}]
    if not found:
        families = sorted({one.partition(".")[0] for one in known})
        raise ConfigurationError(
            f"there is no mail client {name!r}: name one of {', '.join(families)},"
            " or one platform of it such as outlook.windows"
        )
    return found


@lru_cache(maxsize=4096)
def verdict(slug: str, chosen: tuple[str, ...]) -> Verdict:
    """Return how the feature `slug` does in the clients `chosen`."""
    feature = feature_of(slug)
    by_answer: dict[str, list[str]] = {"y": [], "n": [], "a": []}
    for client in chosen:
        by_answer.setdefault(_answer(feature, slug, client), []).append(client)
    known = sum(len(by_answer[answer]) for answer in "yna")
    works = len(by_answer["y"]) + len(by_answer["a"])
    return Verdict(
        share=works / known if known else 1.0,
        without=named(by_answer["n"]),
        known=known,
    )


def named(chosen: Iterable[str]) -> tuple[str, ...]:
    """Return clients as people call them, the platforms of a family together."""
    families, platforms = _dict("families"), _dict("platforms")
    grouped: dict[str, list[str]] = {}
    for client in chosen:
        family, _, platform = client.partition(".")
        grouped.setdefault(family, []).append(platforms.get(platform, platform))
    return tuple(
        f"{families.get(family, family)} ({', '.join(several)})"
        for family, several in grouped.items()
    )


def _dict(name: str) -> Mapping[str, str]:
    found = _data()[name]
    return found if isinstance(found, dict) else {}


def _list(name: str) -> Iterable[object]:
    found = _data()[name]
    return found if isinstance(found, list) else ()
