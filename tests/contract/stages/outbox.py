"""The provider `outbox` on trial."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provider_kit import Stage, seen

from mailer.providers.outbox.provider import OutboxProvider


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    provider = OutboxProvider(folder)
    yield Stage(
        provider,
        lambda: [seen(path.read_bytes()) for path in sorted(folder.glob("*/*.eml"))],
        None,
        None,
    )
