"""Links in tests: they lead where the real ones would, and change nothing."""

from pathlib import Path

from sqlalchemy import Engine, text

from mailer.composing.trial.copies import copy_path
from mailer.config import Settings
from subscribers.errors import TokenError
from subscribers.tokens import Purpose, Signer

_NAMELESS = "this mailing list"


def find_test_link(engine: Engine, signer: Signer, token: str) -> str | None:
    """Return the name of the mailing list that a test's unsubscribe link is for.

    Returns:
        None where the token is not of such a link; `this mailing list` where the test named none.
    """
    match _ids(signer, token):
        case (mailing_list_id,):
            query = text("SELECT name FROM mailing_list WHERE id = :id")
            with engine.connect() as connection:
                name: str | None = connection.scalar(query, {"id": mailing_list_id})
            return name or _NAMELESS
        case _:
            return None


def find_copy(settings: Settings, signer: Signer, token: str) -> Path | None:
    """Return where the copy of a tested issue would be; None where the token is not of a test."""
    match _ids(signer, token):
        case (_, number):
            return copy_path(settings, number)
        case _:
            return None


def _ids(signer: Signer, token: str) -> tuple[int, ...]:
    try:
        return signer.verify(Purpose.TEST, token)
    except TokenError:
        return ()
