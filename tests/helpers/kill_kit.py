"""Work that is killed before any line of it, as by `kill -9`.

    python tests/helpers/kill_kit.py CASE FOLDER

runs a case of `CASES` again and again, killed one line later each time, and holds what is in the
folder against what may be there. In a process of its own, as it forks.
"""

import datetime as dt
import functools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import mailer.platform.files
from mailer.composing import building, compiling
from mailer.composing.drafts import drafting, feed_cache
from mailer.composing.drafts import memory as draft_memory
from mailer.composing.images import store as image_store
from mailer.composing.importing import import_file
from mailer.composing.importing.model import ImageFile, ImportedIssue
from mailer.composing.theming import theming
from mailer.config import Settings, load_settings, secret_key
from mailer.message.compiled import CompiledIssue, Mailbox, MailingIdentity, Recipient
from mailer.providers.outbox import provider as outbox
from mailer.providers.outcome import Outcome
from mailer.web.inbox import store as inbox_store
from subscribers.importing import rejects
from subscribers.importing.rows import RejectedRow

MOST_LINES = 2_000
OLD, NEW = b"old" * 5_000, b"new" * 5_000
DAY = dt.date(2026, 11, 22)


def deaths(work: Callable[[], object], *modules: Any) -> Iterator[None]:
    """Run `work` in a child that dies before the first line of the modules, then the second, ...

    Yields after each death, and a last time when it came to its end.
    """
    files = frozenset(module.__file__ for module in (*modules, mailer.platform.files))
    for line in range(MOST_LINES):
        child = os.fork()
        if child == 0:
            _work(work, line, files)
        _, status = os.waitpid(child, 0)
        assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "it failed by itself"
        yield
        if os.WIFEXITED(status):
            sys.stdout.write(f"{line}\n")
            return
    raise AssertionError("it has no end")


def _work(work: Callable[[], object], lines: int, files: frozenset[str]) -> None:
    done = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal done
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            if done == lines:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
        return trace

    code = 1
    try:
        sys.settrace(trace)
        work()
        code = 0
    finally:
        os._exit(code)


def replaced(folder: Path) -> None:
    path = folder / "file"
    path.write_bytes(OLD)
    for _ in deaths(lambda: mailer.platform.files.write_whole(path, NEW)):
        assert path.read_bytes() in {OLD, NEW}
    assert path.read_bytes() == NEW


def new(folder: Path) -> None:
    path = folder / "file"
    for _ in deaths(lambda: mailer.platform.files.write_new(path, NEW)):
        if path.exists():
            assert path.read_bytes() == NEW
            path.unlink()


def imported(folder: Path) -> None:
    pictures = tuple(ImageFile(f"week-images/{n}.png", NEW) for n in range(3))
    issue = ImportedIssue("# Words\n" * 2_000, "week", 1, 1, (), (), "a.html", images=pictures)
    path = folder / "week.md"
    for _ in deaths(lambda: import_file.write_issue(issue, path, force=False), import_file):
        if path.exists():
            assert path.read_text() == issue.markdown
            assert [(folder / one.path).read_bytes() for one in pictures] == [NEW] * 3
            path.unlink()


def drafted(folder: Path) -> None:
    """The file is written first: a draft that is remembered is there."""
    path = folder / "issue.md"
    memory = draft_memory.DraftMemory(folder / ".mailer" / "feeds" / "drafts.json")
    record = draft_memory.DraftRecord(
        str(path), "issue", "", _moment(), frozenset({"a"}), {"feed": frozenset({"a"})}
    )

    def draft() -> None:
        drafting.save(path, NEW.decode(), overwrites=False)
        memory.add(record)

    for _ in deaths(draft, drafting, draft_memory):
        assert memory.records() in ([], [record])
        if memory.records():
            assert path.read_bytes() == NEW
        path.unlink(missing_ok=True)


def themed(folder: Path) -> None:
    settings = Settings.model_validate({"workspace": folder})
    theme = folder / "templates" / "email" / "mine"

    def make() -> None:
        theming.new_theme("mine", settings, parent="", is_full=True)

    whole: set[str] = set()
    for _ in deaths(make, theming):
        names = {one.name for one in theming.describe_themes(settings)}
        assert names - {"mine"} == {"digest", "letter", "note"}
        if theme.exists():
            whole = whole or {path.name for path in theme.iterdir()}
            assert {path.name for path in theme.iterdir()} == whole
            assert "theme.toml" in whole
            shutil.rmtree(theme)
    assert whole


def built(folder: Path) -> None:
    """Every file is of one build, and `message.json` is of the one that the others are of."""
    settings = load_settings(folder, environ={})
    compiled = [_compiled(folder, words, settings) for words in ("First.", "Second.")]
    output = folder / "build"
    hashes = [one.content_hash for one in compiled]
    building.write_build(compiled[0], settings, output)
    before = _files(output)
    building.write_build(compiled[1], settings, output)
    after = _files(output)
    building.write_build(compiled[0], settings, output)
    for _ in deaths(lambda: building.write_build(compiled[1], settings, output), building):
        now = _files(output)
        assert all(now[name] in {before[name], after[name]} for name in now)
        if json.loads(now["message.json"])["content_hash"] == hashes[1]:
            assert now == after


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name[0] != "."}


def _compiled(folder: Path, words: str, settings: Settings) -> Any:
    path = folder / "week.md"
    path.write_text(f"---\nsubject: Hi\nslug: week\ndate: 2026-11-22\n---\n\n{words}\n")
    return compiling.compile_draft(compiling.read_draft(path), settings).compiled


def cached(folder: Path) -> None:
    cache = feed_cache.FeedCache(folder / "feeds")
    old, fresh = (
        feed_cache.CachedFeed("https://a.example/", etag, "", "text/xml", body)
        for etag, body in (("1", OLD), ("2", NEW))
    )
    cache.put(old.url, old)
    for _ in deaths(lambda: cache.put(fresh.url, fresh), feed_cache):
        assert cache.get(old.url) in {old, fresh}
    assert cache.get(old.url) == fresh


def handed_over(folder: Path) -> None:
    """What was not noted first is not there; the file is whole."""
    recipient = Recipient(1, "ada@example.org", "Ada", "abc@example.org", "https://x.example/u/1")
    issue = CompiledIssue(
        "week", "Hi", "", "<p>Hi</p>" * 2_000, "Hi", Mailbox("news@example.org"), None, "en", DAY
    )
    begun = folder / "begun"

    class Notes:
        def begin(self, delivery_ids: Sequence[int]) -> None:
            begun.write_text(str(delivery_ids))

        def end(self, outcomes: Sequence[Outcome]) -> None:
            """Nothing to note."""

    provider = outbox.OutboxProvider(folder / "outbox", clock=_moment)
    identity = MailingIdentity("weekly", "Weekly", "example.org", 1)
    target = folder / "outbox" / "week" / "abc.eml"

    def hand_over() -> None:
        provider.connect(issue, identity).hand_over([recipient], journal=Notes())

    hand_over()
    whole = target.read_bytes()
    target.unlink()
    begun.unlink()
    for _ in deaths(hand_over, outbox):
        if target.exists():
            assert begun.exists()
            assert target.read_bytes() == whole
            assert target.stat().st_mode & 0o077 == 0
            target.unlink()
        begun.unlink(missing_ok=True)


def received(folder: Path) -> None:
    """A message is there whole or not at all, and whoever opens the inbox next finds it."""
    raw = b"From: a@example.org\r\nSubject: Hi\r\n\r\n" + NEW
    inbox = folder / "inbox"

    def take() -> None:
        inbox_store.InboxStore(inbox).add(
            raw, envelope_from="a@example.org", recipients=["b@example.org"], received_at=_moment()
        )

    for _ in deaths(take, inbox_store):
        store = inbox_store.InboxStore(inbox)
        assert [store.raw(one.id) for one in store.search()] in ([], [raw])
        store.close()
        shutil.rmtree(inbox)


def keyed(folder: Path) -> None:
    settings = load_settings(folder, environ={})
    path = settings.state_dir / secret_key.KEY_FILE
    for _ in deaths(lambda: secret_key.ensure_secret_keys(settings), secret_key):
        if path.exists():
            assert len(path.read_text().strip()) == len(secret_key.ensure_secret_keys(settings)[0])
            assert path.stat().st_mode & 0o777 == 0o600
            path.unlink()


def rejected(folder: Path) -> None:
    path = folder / "rejected.csv"

    def reject() -> None:
        writing = functools.partial(mailer.platform.files.writing_text, mode=0o600)
        with rejects.RejectFile(path, writing=writing) as found:
            for line in range(3):
                found.add(RejectedRow(line, "no address", "x" * 10_000))

    reject()
    whole = path.read_bytes()
    path.unlink()
    for _ in deaths(reject, rejects):
        if path.exists():
            assert path.read_bytes() == whole
            assert path.stat().st_mode & 0o777 == 0o600
            path.unlink()


def hosted(folder: Path) -> None:
    store = image_store.LocalStore(load_settings(folder, environ={}))
    path = folder / ".mailer" / "media" / "a.png"
    for _ in deaths(lambda: store.put("a.png", NEW), image_store):
        if path.exists():
            assert path.read_bytes() == NEW
            path.unlink()
    store.put("a.png", NEW)
    assert path.read_bytes() == NEW


def _moment() -> dt.datetime:
    return dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


CASES: dict[str, Callable[[Path], None]] = {
    case.__name__: case
    for case in (
        replaced, new, imported, drafted, themed, built, cached, handed_over, received, keyed,
        rejected, hosted,
    )
}  # fmt: skip

if __name__ == "__main__":
    CASES[sys.argv[1]](Path(sys.argv[2]))
