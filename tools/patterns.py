"""Find regular expressions that are slow or not the same everywhere: `make check` runs this.

Slow are those whose time grows faster than the text.

Every pattern of the house is run, in each way in which the code runs it, over texts that are made
of its own parts: what comes before a repetition, then that repetition, then something that does
not match. It is run by `steps.py`, a matcher that goes back as Python's does and counts its steps;
so the verdict is the same on every machine. Of three texts, each as much longer than the one
before, the second must cost as much more as the third: if not, the pattern goes back over what it
has read.

A pattern that is only ever given a short text may say so on the line where it is made, or the one
above, with the reason: `# bounded: a line of a head, at most 998 bytes`. Repetitions that end
(`{0,90}`) count as short. Why not a package: docs/decisions/0041-bounds.md.

A possessive quantifier or an atomic group is told where it holds more than one character: Python
before 3.11.5 goes back into some of these, and matches other texts than later versions (CPython
gh-106052).
"""

import ast
import importlib
import pkgutil
import random
import re
import re._constants as sre
import re._parser as sre_parser
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from steps import Matcher, members

import mailer
import subscribers

ROOT = Path(mailer.__file__).parent.parent
Parts: TypeAlias = Any
"""What the parser of expressions returns, which has no public types."""

TIMES = (6, 12, 18)
ALLOWED = 20
"""Steps by which two equal lengths of text may differ; quadratic time differs by 36 at least."""
MOST_STEPS = 50_000
MANY = 30
"""Repetitions up to fewer than this are no loop."""
METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
_ENDS = ("\x00", "\n\x00")
_BOUNDED = "# bounded: "


@dataclass(frozen=True, slots=True)
class Use:
    """A pattern, where it is made, and how it is run."""

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


def found_patterns() -> Iterator[str]:
    """Yield a line for each pattern that is slow, or not the same in each Python."""
    uses: dict[tuple[Any, int], Use] = {}
    for use in _uses():
        known = uses.setdefault((use.pattern.pattern, use.pattern.flags), use)
        uses[use.pattern.pattern, use.pattern.flags] = Use(
            known.place, known.pattern, known.methods | use.methods
        )
    for use in sorted(uses.values(), key=str):
        if found := possessive_group(use.pattern) or slowness(use.pattern, use.methods):
            yield f"{use.place}: {found}"


def possessive_group(pattern: re.Pattern[Any]) -> str:
    """Return what is possessive or atomic in a pattern and more than one character; or nothing."""
    if _has_possessive_group(_parsed(pattern)):
        return f"a possessive or atomic group: {pattern.pattern!r:.120}"
    return ""


def _has_possessive_group(tree: Parts) -> bool:
    for op, value in tree:
        inner = [value[2]] if op in _REPEATS else _inside(op, value)
        is_single = len(inner) == 1 and len(inner[0]) == 1 and inner[0][0][0] in _CHARACTERS
        if op in {sre.POSSESSIVE_REPEAT, sre.ATOMIC_GROUP} and not is_single:
            return True
        if any(map(_has_possessive_group, inner)):
            return True
    return False


def slowness(pattern: re.Pattern[Any], methods: frozenset[str]) -> str:
    """Return the text over which a pattern takes too long; empty where there is none."""
    tree = _parsed(pattern)
    matcher = Matcher(tree, pattern.flags)
    for lead, unit in sorted(repetitions(tree)):
        for end in _ENDS:
            for run in _runs(methods):
                if _is_slow(matcher, lead, unit, end, run):
                    return f"{run} over {lead!r} + {unit!r} * n + {end!r}: {pattern.pattern!r:.120}"
    return ""


def _runs(methods: frozenset[str]) -> list[str]:
    """Return the ways to try: what searches tries what `match` does, too."""
    anchored = methods & {"match", "fullmatch"}
    return ["sub", *sorted(methods & {"fullmatch"})] if methods - anchored else sorted(anchored)


def _is_slow(matcher: Matcher, lead: str, unit: str, end: str, run: str) -> bool:
    few, more, most = TIMES
    last = matcher.steps(lead + unit * most + end, run, MOST_STEPS)
    if last < len(unit) * most**2 // 2:  # fewer than quadratic time takes at least
        return False
    first = matcher.steps(lead + unit * few + end, run, MOST_STEPS)
    second = matcher.steps(lead + unit * more + end, run, MOST_STEPS)
    return last > MOST_STEPS or (last - second) - (second - first) > ALLOWED


def _parsed(pattern: re.Pattern[Any]) -> Parts:
    text = pattern.pattern
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    return sre_parser.parse(text, pattern.flags & ~(re.UNICODE | re.LOCALE))


# --- texts out of a pattern's own parts ----------------------------------------------------------


def repetitions(tree: Parts) -> set[tuple[str, str]]:
    """Return what may come before each repetition of a pattern, with what is repeated."""
    chance = random.Random(1)  # noqa: S311 - the same texts each time
    found: set[tuple[str, str]] = set()
    for _ in range(2):
        for lead, unit in _repeated(tree, "", chance):
            found |= {(lead, each) for each in (unit, lead + unit, lead[-1:] + unit) if each}
    return found


def _repeated(tree: Parts, lead: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    for op, value in tree:
        if op in _REPEATS:
            body = value[2]
            if value[1] is sre.MAXREPEAT or value[1] >= MANY:
                yield from ((lead, unit) for unit in _units(body, chance))
            yield from _repeated(body, lead, chance)
        for inner in _inside(op, value):
            yield from _repeated(inner, lead, chance)
        lead += _sample([(op, value)], chance)


def _units(body: Parts, chance: random.Random) -> Iterator[str]:
    if len(body) == 1 and body[0][0] in {sre.IN, sre.ANY, sre.NOT_LITERAL}:
        yield from members(*body[0])[:4]
    yield from (_sample(body, chance) for _ in range(2))


_REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
_CHARACTERS = {sre.IN, sre.ANY, sre.LITERAL, sre.NOT_LITERAL}


def _inside(op: Parts, value: Parts) -> list[Any]:
    if op is sre.SUBPATTERN:
        return [value[3]]
    if op is sre.ATOMIC_GROUP:
        return [value]
    if op is sre.BRANCH:
        return list(value[1])
    return [value[1]] if op in {sre.ASSERT, sre.ASSERT_NOT} else []


def _sample(tree: Parts, chance: random.Random) -> str:
    """Return a text that a part of a pattern matches, near enough."""
    return "".join(_sample_of(op, value, chance) for op, value in tree)


def _sample_of(op: Parts, value: Parts, chance: random.Random) -> str:
    if op is sre.LITERAL:
        return chr(value)
    if op in {sre.NOT_LITERAL, sre.ANY, sre.IN}:
        return chance.choice(members(op, value) or [""])
    if op in _REPEATS:
        times = max(value[0], chance.choice((0, 1)) if value[0] == 0 else 0)
        return _sample(value[2], chance) * times
    inner = [] if op in {sre.ASSERT, sre.ASSERT_NOT} else _inside(op, value)
    return _sample(chance.choice(inner), chance) if inner else ""


# --- patterns of the house -----------------------------------------------------------------------


def _uses() -> Iterator[Use]:
    everywhere = _methods_by_name()
    for module in _modules():
        path = Path(str(module.__file__))
        lines = path.read_text(encoding="utf-8").splitlines()
        tree = ast.parse("\n".join(lines))
        where = str(path.relative_to(ROOT))
        here = _methods_in(tree)
        for name, line in _assigned(tree):
            if not any(_BOUNDED in each for each in lines[max(0, line - 2) : line]):
                for pattern in _patterns_in(getattr(module, name, None)):
                    known = here[name] if name.startswith("_") else everywhere[name]
                    known = known or here[""] or {"search", "match"}
                    yield Use(f"{where}:{line} {name}", pattern, frozenset(known))
        yield from _inline(tree, where, lines)


def _modules() -> Iterator[ModuleType]:
    for package in (mailer, subscribers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__") and ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def _assigned(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((each.id, node.lineno) for each in targets if isinstance(each, ast.Name))


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _patterns_in((*value.keys(), *value.values()))
    elif isinstance(value, tuple | list | frozenset | set):
        for each in value:
            yield from _patterns_in(each)


def _methods_by_name() -> defaultdict[str, set[str]]:
    """Return how the patterns are run, by the name that they are given."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in [*ROOT.glob("mailer/**/*.py"), *ROOT.glob("subscribers/**/*.py")]:
        for name, methods in _methods_in(ast.parse(path.read_text(encoding="utf-8"))).items():
            found[name] |= methods
    return found


def _methods_in(tree: ast.Module) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            name = getattr(node.value, "id", "") or getattr(node.value, "attr", "")
            found[name].add(node.attr)
            if name.islower() and node.attr != "split":  # text has `split`, too
                found[""].add(node.attr)
    return found


def _inline(tree: ast.Module, where: str, lines: list[str]) -> Iterator[Use]:
    """Yield patterns that are written where they are run: `re.sub(r"...", ...)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=method),
                args=[ast.Constant(value=str(text) | bytes(text)), *_],
            ) if method in METHODS and _BOUNDED not in lines[node.lineno - 1]:
                yield Use(f"{where}:{node.lineno}", re.compile(text), frozenset({method}))


def main() -> int:
    """Print what was found; return 1 where something was."""
    found = list(found_patterns())
    for line in found:
        print(line)  # noqa: T201 - a tool's output
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
