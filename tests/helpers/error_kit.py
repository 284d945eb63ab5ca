"""What the source says of errors: raised where, with which code and data, naming what."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

import mailer.errors
import subscribers.errors

ROOT = Path(__file__).resolve().parents[2]
_CODE = re.compile(r"[a-z]+(?:-[a-z]+)*")
_CLASS = re.compile(r"\w+Error\b")


@dataclass(frozen=True, slots=True)
class Site:
    """A call that gives a code.

    Args:
        place: file and line.
        name: what is called: an error's class, or a function that makes one.
        code: given there.
        keys: of the data given with it.
    """

    place: str
    name: str
    code: str
    keys: frozenset[str]


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax tree of every module of the product outside of `mailer/cli`, by path."""
    files = [file for folder in ("mailer", "subscribers") for file in (ROOT / folder).rglob("*.py")]
    names = {file.relative_to(ROOT).as_posix(): file for file in sorted(files)}
    return {
        name: ast.parse(file.read_text(encoding="utf-8"))
        for name, file in names.items()
        if not name.startswith("mailer/cli/")
    }


@cache
def sites() -> tuple[Site, ...]:
    """Return each call with a `code` that is written there."""
    return tuple(_sites())


def _sites() -> Iterator[Site]:
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = {each.arg: each.value for each in node.keywords if each.arg}
                for code in _words(given.get("code")):
                    keys = frozenset(given) - {"code"}
                    yield Site(f"{path}:{node.lineno}", node.func.id, code, keys)


def _words(node: ast.expr | None) -> Iterator[str]:
    """Yield the texts that an expression may be: itself, or those of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Return place and text of each string that is no docstring; of f-strings, what is fixed."""
    return tuple(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    for path, tree in trees().items():
        nodes = list(ast.walk(tree))
        told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        parts = {
            id(part) for each in nodes if isinstance(each, ast.JoinedStr) for part in each.values
        }
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                fixed = (
                    each.value if isinstance(each, ast.Constant) else "…" for each in node.values
                )
                yield f"{path}:{node.lineno}", "".join(map(str, fixed))
            elif _is_text(node) and id(node) not in told | parts:
                yield f"{path}:{node.lineno}", str(node.value)


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def drawn() -> dict[str, tuple[str, ...]]:
    """Return each class of the trees in the docstrings with its codes, its own first."""
    found: dict[str, tuple[str, ...]] = {}
    for module in (mailer.errors, subscribers.errors):
        name = ""
        for line in (module.__doc__ or "").split("\n\n")[1].split("\n"):
            name = next(iter(_CLASS.findall(line)), name)
            codes = [code for code in re.findall(r"`([^`]+)`", line) if _CODE.fullmatch(code)]
            found[name] = (*found.get(name, ()), *codes)
    return found
