"""The file that an image's source names: found in allowed folders, and read up to a limit.

An issue may come from anybody: nothing outside of its folder and of the workspace is read, and
nothing that is no ordinary file.
"""

import difflib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from mailer.config import SETTINGS_FILE, Settings
from mailer.errors import RenderError

_REMOTE = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_MOST_NAMES = 2_000
_OUTSIDE = "lies outside of the issue's folder and of the workspace: copy the picture there"
_ABSOLUTE = "must be named from the issue's folder, as img/picture.jpg"


def is_remote(src: str) -> bool:
    """Whether the picture is on the web already."""
    return _REMOTE.match(src) is not None


@dataclass(frozen=True, slots=True)
class Roots:
    """Where pictures may be.

    Args:
        issue: the issue's folder, from which they are named.
        allowed: folders that hold pictures, resolved.
        forbidden: a folder in them that does not, resolved: our own state.
    """

    issue: Path
    allowed: tuple[Path, ...]
    forbidden: Path


@dataclass(frozen=True, slots=True)
class FoundFile:
    """An ordinary file.

    Args:
        path: resolved.
        stat: as found.
    """

    path: Path
    stat: os.stat_result


def roots_of(folder: Path, settings: Settings) -> Roots:
    """Return where pictures of the issues in `folder` may be.

    A folder that only stands in for a workspace is none of them.
    """
    folder, workspace = folder.resolve(), settings.workspace.resolve()
    is_workspace = (workspace / SETTINGS_FILE).is_file()
    allowed = (folder, workspace) if is_workspace else (folder,)
    return Roots(folder, allowed, settings.state_dir.resolve())


def find_file(src: str, roots: Roots) -> FoundFile:
    """Return the file that `src`, a percent-encoded relative path, names.

    Raises:
        RenderError: there is none, or not where pictures may be; the message goes on from the
            image's name.
    """
    relative = _relative(src)
    path = _resolved(roots.issue / relative)
    inside = any(path.is_relative_to(root) for root in roots.allowed)
    if not inside or path.is_relative_to(roots.forbidden):
        raise RenderError(_OUTSIDE)
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise RenderError(f"is not there{_suggestion(path, relative)}") from None
    except (OSError, ValueError) as error:
        raise RenderError(f"cannot be read ({_reason(error)})") from None
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "not an ordinary file"
        raise RenderError(f"is {what}: name a picture")
    return FoundFile(path, found)


def read_file(file: FoundFile, *, max_bytes: int) -> bytes:
    """Return what is in it, at most one byte more than `max_bytes`.

    Raises:
        RenderError: it cannot be read, or has been replaced by something else.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        with os.fdopen(os.open(file.path, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise RenderError("is not an ordinary file: name a picture")
            return stream.read(max_bytes + 1)
    except OSError as error:
        raise RenderError(f"cannot be read ({_reason(error)})") from None


def _relative(src: str) -> str:
    """Return the path that `src` names; what is no relative path is refused with a reason."""
    if src.startswith("//"):
        raise RenderError("lacks https: before the slashes")
    scheme = _SCHEME.match(src)
    if scheme:
        raise RenderError(_scheme_advice(scheme[1].lower()))
    try:
        path = unquote(src, errors="strict")
    except UnicodeDecodeError:
        raise RenderError("has % signs that stand for no characters: write %25 for one") from None
    if path.startswith(("/", "~", "\\")) or _SCHEME.match(path):
        raise RenderError(_ABSOLUTE)
    if "\0" in path or not path.strip():
        raise RenderError("is not a path: name it from the issue's folder, as img/picture.jpg")
    return path


def _scheme_advice(scheme: str) -> str:
    if scheme == "data":
        return "is written out (data:), which Gmail does not show: save it beside the issue"
    if scheme == "cid":
        return "is an attachment (cid:), which issues have none of: save it beside the issue"
    if scheme == "file" or len(scheme) == 1:
        return _ABSOLUTE
    return f"begins with {scheme}:, which mail programs do not show: use https: or a file"


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name too long
        raise RenderError(f"cannot be read ({_reason(error)})") from None


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or "not a usable path"


def _suggestion(path: Path, relative: str) -> str:
    """Return the end of a message: which file was probably meant."""
    if "\\" in relative:
        return ": write / between folders"
    try:
        with os.scandir(path.parent) as entries:
            names = [entry.name for entry, _ in zip(entries, range(_MOST_NAMES), strict=False)]
    except OSError:
        return ": look at its name and folder"
    by_small = {name.lower(): name for name in sorted(names)}
    near = difflib.get_close_matches(path.name.lower(), by_small, n=1)
    if not near:
        return ": look at its name and folder"
    return f": did you mean {relative[: len(relative) - len(path.name)]}{by_small[near[0]]}?"
