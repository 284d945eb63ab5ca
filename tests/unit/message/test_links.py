"""Links that messages carry: the same for sends, tests and samples."""

from mailer.config import Settings
from mailer.message.links import unsubscribe_mailto, unsubscribe_url


def test_where_a_token_ends_a_subscription() -> None:
    assert (
        unsubscribe_url("https://news.example.org/a", "tok") == "https://news.example.org/a/u/tok"
    )
    mailto = unsubscribe_mailto("leave@example.org", "tok")
    assert mailto == "mailto:leave@example.org?subject=unsubscribe%20tok"
    assert unsubscribe_mailto("leave@example.org") == "mailto:leave@example.org?subject=unsubscribe"
    assert unsubscribe_mailto("", "tok") == ""


def test_the_base_of_links_ends_without_a_slash() -> None:
    """Whoever joins a path to it relies on that."""
    for written in ("https://a.example/", "https://a.example//", "https://a.example/n/"):
        settings = Settings.model_validate({"workspace": "/w", "web": {"base_url": written}})
        assert not settings.web.base_url.endswith("/")
        assert not settings.images_base_url.endswith("/")


def test_the_mailbox_that_takes_unsubscribes() -> None:
    sender = {"email": "news@example.org", "unsubscribe_mailbox": "leave@example.org"}
    settings = Settings.model_validate({"workspace": "/w", "sender": sender})
    assert settings.sender.takes_unsubscribes == "leave@example.org"
    settings = Settings.model_validate({"workspace": "/w", "sender": {"email": "a@example.org"}})
    assert settings.sender.takes_unsubscribes == "a@example.org"
