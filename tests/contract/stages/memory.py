"""The provider `memory` on trial."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provider_kit import Stage, seen

from mailer.providers.memory import Answer, MemoryProvider


@contextmanager
def stage(_: Path) -> Iterator[Stage]:
    provider = MemoryProvider()
    yield Stage(
        provider,
        lambda: [seen(one.message) for one in provider.messages],
        lambda email: provider.answers.update({email: Answer.REJECT}),
        None,
    )
