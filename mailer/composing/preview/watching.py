"""Watching: which files a preview depends on, and a call whenever one of them has changed."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from watchfiles import Change, awatch

from mailer.composing.preview.state import State
from mailer.composing.themes.roots import theme_roots
from mailer.config import SETTINGS_FILE, Settings

QUIET_MS = 15
"""A change is reported after this long without another: editors write in several steps."""

LONGEST_MS = 120
"""It is reported after this long even if changes do not end."""

LOOK_SECONDS = 1.0
"""Files are also polled this often: some disks do not report changes, and folders come and go."""

_BEGIN_SECONDS = 0.1
"""New watchers are active after this long."""

_THEME_FILES = {".css", ".gif", ".j2", ".jpeg", ".jpg", ".png", ".toml", ".webp"}

_Marks: TypeAlias = Mapping[Path, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Watched:
    """What to watch.

    Args:
        files: watched by way of their folders, as editors save by renaming.
        trees: folders that are watched with all below them.
    """

    files: frozenset[Path]
    trees: frozenset[Path]

    @property
    def folders(self) -> frozenset[Path]:
        """The folders of the files, as far as they exist."""
        return frozenset(file.parent for file in self.files if file.parent.is_dir())

    def concerns(self, changed: Path) -> bool:
        """Tell whether a change of this file matters."""
        if changed in self.files:
            return True
        is_theme = changed.suffix in _THEME_FILES and not changed.name.startswith(".")
        return is_theme and any(changed.is_relative_to(tree) for tree in self.trees)

    def marks(self) -> _Marks:
        """Return what tells each file from what it was before; None for a missing one."""
        return {file: _mark(file) for file in self.files}


def watched_by(state: State, settings: Settings) -> Watched:
    """Return what the preview of `state` depends on."""
    files = {state.path, state.path.resolve(), settings.workspace / SETTINGS_FILE}
    files |= state.picture_files
    trees = {root.resolve() for root in theme_roots(settings) if root.is_dir()}
    if state.look is not None:
        trees |= {folder.resolve() for folder in state.look.theme_folders}
    return Watched(frozenset(files), frozenset(trees))


async def follow(
    watched: Callable[[], Watched], changed: Callable[[frozenset[Path]], None]
) -> None:
    """Call `changed` in a thread with the files that have changed, until stopped.

    Args:
        watched: what matters now; asked again as time passes.
        changed: what to do about it.
    """
    is_again = False
    while True:
        now = watched()
        folders = now.folders
        async with contextlib.aclosing(_changes(now, is_again=is_again)) as changes:
            async for files in changes:
                if files:
                    await asyncio.to_thread(changed, files)
                later = watched()
                if later != now or later.folders != folders:
                    break
        is_again = True


async def _changes(watched: Watched, *, is_again: bool) -> AsyncGenerator[frozenset[Path], None]:
    """Yield what has changed, at least every second: then it may be nothing.

    Watching something else begins with all files: some may have changed while nobody watched.
    """
    queue: asyncio.Queue[frozenset[Path]] = asyncio.Queue()
    marks = watched.marks()
    watchers = [
        asyncio.create_task(_watch(watched, watched.folders, queue, is_deep=False)),
        asyncio.create_task(_watch(watched, watched.trees, queue, is_deep=True)),
    ]
    try:
        if is_again:
            await asyncio.sleep(_BEGIN_SECONDS)
            yield watched.files
        while True:
            told: frozenset[Path] = frozenset()
            with contextlib.suppress(TimeoutError):
                told = await asyncio.wait_for(queue.get(), LOOK_SECONDS)
            seen = watched.marks()
            yield told or _differing(marks, seen)
            marks = seen
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)


async def _watch(
    watched: Watched,
    folders: Iterable[Path],
    queue: "asyncio.Queue[frozenset[Path]]",
    *,
    is_deep: bool,
) -> None:
    if not (places := sorted(folders)):
        return
    changes = awatch(
        *places,
        watch_filter=lambda _, name: watched.concerns(Path(name)),
        debounce=LONGEST_MS,
        step=QUIET_MS,
        recursive=is_deep,
    )
    async for found in changes:
        await queue.put(_paths(found))


def _paths(found: set[tuple[Change, str]]) -> frozenset[Path]:
    return frozenset(Path(name) for _, name in found)


def _differing(before: _Marks, after: _Marks) -> frozenset[Path]:
    return frozenset(file for file in after if before.get(file) != after[file])


def _mark(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
