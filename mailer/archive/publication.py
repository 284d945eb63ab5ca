"""A publication: who the archive and its feeds belong to, from the settings."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from mailer.config import Settings
from mailer.message.links import UNSUBSCRIBE_HELP_PATH


@dataclass(frozen=True, slots=True)
class Publication:
    """Who the archive belongs to.

    Args:
        name: as people read it.
        base_url: of the web app, without a slash at the end.
        domain: the publisher's, which ids in feeds begin with; ASCII.
        language: BCP 47 tag.
        subscribe_url: where readers sign up; empty for nowhere.
    """

    name: str
    base_url: str
    domain: str
    language: str
    subscribe_url: str = ""

    @property
    def root(self) -> str:
        """The path of `base_url`: a proxy in front may serve us under one."""
        return urlsplit(self.base_url).path

    @property
    def host(self) -> str:
        """Where it is read, such as `news.example.org`."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def help_path(self) -> str:
        """Where the unsubscribe link of an issue without a recipient leads."""
        return self.root + UNSUBSCRIBE_HELP_PATH


def publication_of(settings: Settings) -> Publication:
    """Return the publication that the settings describe."""
    base_url = settings.web.base_url
    domain = settings.sender.email.rpartition("@")[2]
    return Publication(
        name=settings.sender.name or "Newsletter",
        base_url=base_url,
        domain=domain or urlsplit(base_url).hostname or "localhost",
        language=settings.issue.language,
        subscribe_url=settings.web.subscribe_url,
    )
