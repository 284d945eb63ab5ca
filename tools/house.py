"""Measure a checkout's structure: where imports lead, how large things are, what a value visits.

    python tools/house.py                 figures of this checkout
    python tools/house.py --root DIR      of another one
    python tools/house.py --trace         also send a small issue, and follow its text and its batch

A *district* is a folder directly in `mailer/`, or `subscribers/`. The trace sends to an outbox in a
temporary folder, with the packages of the Python that runs this script (`.venv/bin/python`). It
prints JSON.
"""

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

LONG_MODULE_LINES = 300
LONG_FUNCTION_LINES = 60
PACKAGES = ("mailer", "subscribers")

ISSUE = """---
subject: A small issue for the trace
slug: trace
date: 2026-01-05
---

## A section

[An item](https://www.rfc-editor.org/rfc/rfc8058)

Its summary, **in words**, for {{ name | default: "you" }}.
"""

HOOK = """
import os, sys, threading
_seen, _file = set(), os.environ.get("HOUSE_TRACE")
_root, _text = os.environ.get("HOUSE_ROOT"), os.environ.get("HOUSE_TEXT")

def _note(what, path):
    if (what, path) not in _seen:
        _seen.add((what, path))
        with open(_file, "a") as out:
            out.write(f"{what} {path}\\n")

def _profile(frame, event, _):
    code = frame.f_code
    if event != "call" or not code.co_filename.startswith(_root):
        return
    path = code.co_filename[len(_root) + 1:]
    if not path.startswith(("mailer/", "subscribers/", "worker.py")):
        return
    for name in code.co_varnames[:code.co_argcount + code.co_kwonlyargcount]:
        value = frame.f_locals.get(name)
        if name in ("batch_id", "batch_ids"):
            _note("batch", path)
        elif type(value) in (str, bytes) and len(value) == len(_text):
            if (value if type(value) is str else value.decode("utf-8", "replace")) == _text:
                _note("text", path)

if _file:  # a server that a command starts has an environment of its own
    sys.setprofile(_profile)
    threading.setprofile(_profile)
"""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Measure the structure of a checkout.")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--trace", action="store_true", help="follow a text and a batch id")
    options = parser.parse_args()
    root = options.root.resolve()
    figures = measure(root)
    if options.trace:
        figures["visited_districts"] = trace(root)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def measure(root: Path) -> dict[str, object]:
    """Return imports inside a district, sizes of modules and functions, and lines."""
    modules = dict(_modules(root))
    trees = {name: ast.parse(path.read_text("utf-8")) for name, path in modules.items()}
    arrows = [
        (name, other) for name, tree in trees.items() for other in set(_imports(tree, modules))
    ]
    inside = sum(_district(modules[a], root) == _district(modules[b], root) for a, b in arrows)
    lines = {name: path.read_text("utf-8").count("\n") for name, path in modules.items()}
    written = {name: count for name, count in lines.items() if ".migrations." not in name}
    return {
        "districts": sorted({_district(path, root) for path in modules.values()}),
        "imports": len(arrows),
        "imports_inside_a_district_percent": round(100 * inside / len(arrows), 1),
        "import_circles": _circles(arrows),
        "modules": len(modules),
        "modules_over_300_lines": sorted(
            name for name, count in written.items() if count > LONG_MODULE_LINES
        ),
        "functions_over_60_lines": sorted(
            f"{name}.{function}"
            for name in written
            for function, count in _functions(trees[name])
            if count > LONG_FUNCTION_LINES
        ),
        "lines": {
            package: sum(n for name, n in lines.items() if name.split(".")[0] == package)
            for package in PACKAGES
        },
    }


def _modules(root: Path) -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def _imports(tree: ast.Module, modules: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in modules or node.module in modules:
                    yield whole if whole in modules else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)


def _district(path: Path, root: Path) -> str:
    first, *rest = path.relative_to(root).parts
    return f"{first}/{rest[0]}" if first == "mailer" and len(rest) > 1 else first


def _circles(arrows: list[tuple[str, str]]) -> list[list[str]]:
    """Return groups of modules that import each other, directly or through others."""
    leads_to: dict[str, set[str]] = {}
    for a, b in arrows:
        leads_to.setdefault(a, set()).add(b)
    reached = {module: _reached(module, leads_to) for module in leads_to}
    groups = {
        tuple(sorted(b for b in found if module in reached.get(b, ())))
        for module, found in reached.items()
        if module in found
    }
    return sorted(map(list, groups))


def _reached(start: str, leads_to: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = leads_to.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def trace(root: Path) -> dict[str, list[str]]:
    """Send a small issue; return the districts whose functions its text and its batch id visit."""
    with tempfile.TemporaryDirectory() as folder:
        hooks = Path(folder) / "hooks"
        hooks.mkdir()
        (hooks / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
        log = Path(folder) / "trace.txt"
        log.touch()
        workspace = Path(folder) / "workspace"
        environ = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(hooks), str(root)]),
            "HOUSE_TRACE": str(log),
            "HOUSE_ROOT": str(root),
            "HOUSE_TEXT": ISSUE,
        }
        _send(workspace, environ)
        found: dict[str, set[str]] = {"batch": set(), "text": set()}
        for line in log.read_text("utf-8").splitlines():
            what, path = line.split(" ", 1)
            found[what].add(_district(root / path, root))
    return {what: sorted(districts) for what, districts in found.items()}


def _send(workspace: Path, environ: dict[str, str]) -> None:
    def mailer(*arguments: str) -> None:
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "mailer", *arguments],
            cwd=workspace,
            env=environ,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    workspace.mkdir()
    (workspace / "mailer.toml").write_text(
        '[sender]\nemail = "news@example.org"\npostal_address = "1 Street"\n'
        "[worker]\nconcurrency = 1\n",
        encoding="utf-8",
    )
    issue = workspace / "trace.md"
    issue.write_text(ISSUE, encoding="utf-8")
    mailer("lists", "create", "readers", "--name", "Readers")
    mailer("subscriber", "add", "reader@example.org", "--list", "readers")
    mailer("send", str(issue), "--list", "readers", "--yes")


if __name__ == "__main__":
    main()
