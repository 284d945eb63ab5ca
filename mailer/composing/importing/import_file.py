"""Importing: read a file, make issues of the posts in it, check that nothing is lost, write them.

1. The file's bytes become posts (`mailer.composing.importing.sources`), whatever system it is of.
2. A post becomes an issue file in memory.
3. That file is read back by our own parser, and its words and links are held against the source's.
4. Pictures are written beside it, then the issue, each whole or not at all.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from mailer.composing.drafts.drafting import already_there
from mailer.composing.importing import ImportedIssue
from mailer.composing.importing.checking import checked
from mailer.composing.importing.html.pictures import LARGEST_IMAGE_BYTES
from mailer.composing.importing.sources import Export, Post, import_post, read_export
from mailer.composing.rendering.pipeline import parse_issue
from mailer.errors import NotFoundError, RenderError
from mailer.platform.files import write_new, write_whole

LARGEST_FILE_BYTES = 1_000_000_000
_LONGEST_SLUG = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A post with a name of its own within its export."""

    slug: str
    post: Post


def open_export(path: Path, *, source: str, base_url: str) -> Export:
    """Return the posts in a file.

    Raises:
        RenderError: it cannot be read, or holds nothing that can be imported.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise RenderError("is larger than 1 GB", path=path)
        data = path.read_bytes()
    except OSError as error:
        raise RenderError(error.strerror or "cannot be read", path=path) from None
    export = read_export(data, name=str(path), source=source, base_url=base_url)
    if len(export.posts) == 1 and not export.posts[0].files:
        return replace(export, posts=(replace(export.posts[0], files=Beside(path.parent)),))
    return export


class Beside(Mapping[str, bytes]):
    """The pictures in the folder of a saved page, read when they are asked for; none outside it."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self.folder = folder.resolve()

    def __getitem__(self, name: str) -> bytes:
        """Return a file's bytes."""
        path = self._path(name)
        try:
            if path is None or not path.is_file() or path.stat().st_size > LARGEST_IMAGE_BYTES:
                raise KeyError(name)
            return path.read_bytes()
        except OSError:
            raise KeyError(name) from None

    def _path(self, name: str) -> Path | None:
        try:
            path = (self.folder / unquote(name)).resolve()
            return path if path.is_relative_to(self.folder) else None
        except (OSError, ValueError, RuntimeError):
            return None

    def __iter__(self) -> Iterator[str]:
        """Yield nothing: a folder is not looked through."""
        return iter(())

    def __len__(self) -> int:
        """Return 0, as nothing is looked through."""
        return 0

    def __bool__(self) -> bool:
        """Whether files may be asked for."""
        return True


def named(export: Export) -> list[Named]:
    """Return the posts, each with a slug that no other has."""
    seen: Counter[str] = Counter()
    found: list[Named] = []
    taken: set[str] = set()
    for post in export.posts:
        slug = base = post.name_in_links[:_LONGEST_SLUG].strip("-") or "issue"
        while slug in taken:
            seen[base] += 1
            slug = f"{base}-{seen[base] + 1}"
        taken.add(slug)
        found.append(Named(slug, post))
    return found


def find_post(posts: list[Named], wanted: str) -> Named:
    """Return the post of that slug.

    Raises:
        NotFoundError: there is none; the message says which is like it.
    """
    found = next((each for each in posts if each.slug == wanted), None)
    if found is not None:
        return found
    close = difflib.get_close_matches(wanted, [each.slug for each in posts], n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    raise NotFoundError(
        f"there is no post {wanted!r} in it{hint}", code="post-unknown", post=wanted
    )


def make_issue(each: Named, *, source_name: str, output: Path) -> ImportedIssue:
    """Return the issue that a post makes, held against it word by word.

    Args:
        each: the post.
        source_name: the file's name, for messages.
        output: where the issue will be; pictures go into a folder of its name.

    Raises:
        RenderError: there are no words in it.
    """
    folder = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', output.stem) or 'issue'}-images"
    is_named = bool(each.post.slug or each.post.title)
    post = replace(each.post, slug=each.slug if is_named else "")
    try:
        made = import_post(post, source_name=source_name, image_folder=folder)
    except RenderError as error:
        if error.path is not None:
            raise
        raise RenderError(error.message, path=Path(source_name)) from None
    return checked(made, parse_issue(made.issue.markdown, path=output))


def write_issue(imported: ImportedIssue, path: Path, *, force: bool) -> list[Path]:
    """Write an issue and its pictures; return the pictures' paths.

    Raises:
        RenderError: there is such a file already, or it cannot be written.
    """
    if path.exists() and not force:
        raise already_there(path)
    pictures = []
    try:
        for image in imported.images:
            picture = path.parent / image.path
            picture.parent.mkdir(parents=True, exist_ok=True)
            write_whole(picture, image.data)
            pictures.append(picture)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = imported.markdown.encode("utf-8", "replace")
        (write_whole if force else write_new)(path, text)
    except FileExistsError:
        raise already_there(path) from None
    except OSError as error:
        raise RenderError(error.strerror or "cannot be written", path=path) from None
    return pictures
