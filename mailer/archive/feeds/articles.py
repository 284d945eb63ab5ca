"""The articles of the archive's feeds, the last ones kept in memory."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Engine

from mailer.archive import queries
from mailer.archive.feeds.article import article
from mailer.archive.publication import Publication
from mailer.message.compiled import CompiledIssue
from mailer.message.filling import fill_for_nobody

MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article: of which compilation, read where.

    Args:
        compiled_id: of the compilation.
        content_hash: of the same: after a restore, another one may have the id.
        page_url: where the issue is read.
    """

    compiled_id: int
    content_hash: str
    page_url: str


@dataclass
class Articles:
    """Extracts articles; safe to share among threads.

    Args:
        engine: the ledger.
        publication: whose issues they are.
    """

    engine: Engine
    publication: Publication
    _kept: OrderedDict[Wanted, str] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, wanted: Sequence[Wanted]) -> list[str]:
        """Return each article as sanitised HTML."""
        with self._lock:
            found = {each: self._kept[each] for each in wanted if each in self._kept}
        missing = [each for each in wanted if each not in found]
        if missing:
            found |= self._make(missing)
            self._keep(found)
        return [found[each] for each in wanted]

    def _make(self, wanted: Sequence[Wanted]) -> dict[Wanted, str]:
        with self.engine.connect() as connection:
            compiled = queries.read_compiled(connection, [each.compiled_id for each in wanted])
        return {each: self._article(compiled[each.compiled_id], each.page_url) for each in wanted}

    def _article(self, compiled: CompiledIssue, page_url: str) -> str:
        help_path = self.publication.help_path
        return article(
            fill_for_nobody(
                compiled.html, compiled, unsubscribe_url=help_path, archive_url=page_url
            ),
            page_url=page_url,
            unsubscribe_url=help_path,
            masthead=compiled.sender.name or self.publication.name,
        )

    def _keep(self, found: dict[Wanted, str]) -> None:
        with self._lock:
            self._kept.update(found)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
