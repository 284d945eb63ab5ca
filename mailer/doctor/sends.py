"""Sends that stand still because no worker of this workspace may take them."""

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from mailer.config import Settings
from mailer.platform.check_result import CheckResult
from mailer.sending.ledger.unfinished import foreign_sends


def check_sends(engine: Engine, settings: Settings) -> CheckResult:
    """Say which running sends go through another provider than the one of this workspace."""
    try:
        with engine.connect() as connection:
            found = foreign_sends(connection, provider=settings.provider)
    except SQLAlchemyError:  # told where the database is checked
        return CheckResult("sends", "warn", "cannot be looked at", "correct the database first")
    if not found:
        return CheckResult("sends", "ok", "none waits for another provider")
    shown = ", ".join(f"send {send_id} goes through {provider}" for send_id, provider in found)
    return CheckResult(
        "sends",
        "warn",
        f"{shown}: workers of this workspace deliver by {settings.provider} and leave it",
        "start a worker with that provider, or cancel the send",
    )
