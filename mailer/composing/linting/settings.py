"""What the settings of a workspace say to linting."""

import difflib

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Surroundings
from mailer.composing.linting.options import LintOptions
from mailer.composing.linting.registry import RULES
from mailer.config import Settings
from mailer.config.workspace import SETTINGS_FILE
from mailer.errors import ConfigurationError
from mailer.message.compiled import Mailbox
from mailer.platform.net.hosts import ip_of


def lint_options(settings: Settings) -> LintOptions:
    """Return what the settings say of linting.

    Raises:
        ConfigurationError: a rule is named that does not exist.
    """
    lint = settings.lint
    weights = (
        ("errors", lint.errors, Severity.ERROR),
        ("warnings", lint.warnings, Severity.WARNING),
        ("notes", lint.notes, Severity.NOTE),
    )
    for key, codes in (("disable", lint.disable), *((key, codes) for key, codes, _ in weights)):
        for code in codes:
            _check_code(code, f"lint.{key}")
    return LintOptions(
        disable=frozenset(lint.disable),
        severity={code: severity for _, codes, severity in weights for code in codes},
        size_warn_bytes=lint.size_warn_bytes,
        size_fail_bytes=lint.size_fail_bytes,
        subject_columns=lint.subject_columns,
        preheader_columns=lint.preheader_columns,
        paragraph_words=lint.paragraph_words,
        image_bytes=lint.image_bytes,
        clients=lint.clients,
        min_support=lint.min_support,
        error_support=lint.error_support,
    )


def _check_code(code: str, setting: str) -> None:
    if code not in RULES:
        close = difflib.get_close_matches(code, RULES, n=1)
        hint = f"did you mean {close[0]!r}?" if close else "docs/lint.md has the codes"
        raise ConfigurationError(f"{setting} names no rule: {code!r}; {hint}")


def has_workspace(settings: Settings) -> bool:
    """Tell whether anything is known of who sends."""
    return bool(settings.sender.email) or (settings.workspace / SETTINGS_FILE).is_file()


def surroundings(settings: Settings) -> Surroundings:
    """Return what the workspace says that an issue goes by; of no workspace, nothing."""
    if not has_workspace(settings):
        return Surroundings()
    sender = settings.sender
    return Surroundings(
        settings_file=settings.workspace / SETTINGS_FILE,
        sender=Mailbox(sender.email, sender.name) if sender.email else None,
        postal_address=sender.postal_address,
        base_url=settings.web.base_url,
        sends_out=_sends_out(settings),
    )


def _sends_out(settings: Settings) -> bool:
    """Tell whether messages leave this machine."""
    host = settings.account.host
    address = ip_of(host)
    is_local = host in {"", "localhost"} or (
        address is not None and (address.is_loopback or address.is_unspecified)
    )
    return not is_local
