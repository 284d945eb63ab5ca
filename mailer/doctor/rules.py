"""What a finding means for sending, and what to do about it: the pure half of `mailer doctor`."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from mailer.config import Settings
from mailer.errors import ConfigurationError
from mailer.platform.check_result import CheckResult

OLDEST_POSTGRES = 140_000
"""PostgreSQL 14: the oldest that its project maintains."""
_OLDEST_PATCHED_REDIS = [6, 2, 20]
"""Source: the Redis security advisory for CVE-2025-49844, October 2025."""
LARGEST_CLOCK_DIFFERENCE_SECONDS = 5.0
_FREE_MAIL = frozenset({"gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "hotmail.com"})
_EXAMPLE = ("example.com", "example.net", "example.org")
_RESERVED = (".example", ".test", ".invalid", ".localhost")


def judge_sender(settings: Settings) -> CheckResult:
    """Say whether the messages have the sender that the law and receivers ask for."""
    try:
        settings.require_sender()
    except ConfigurationError as error:
        what, _, advice = str(error).partition("; ")
        return CheckResult("sender", "fail", what, advice)
    domain = settings.sender.email.rpartition("@")[2]
    if domain in _FREE_MAIL:
        return CheckResult(
            "sender",
            "warn",
            f"{domain} lets nobody else send for its addresses",
            "use an address of your own domain as sender.email",
        )
    if domain in _EXAMPLE or domain.endswith(_RESERVED):
        return CheckResult(
            "sender", "warn", f"{domain} is a domain for examples", "set sender.email to your own"
        )
    return CheckResult("sender", "ok", f"mail is from {domain}, with a postal address")


def judge_server(note: str) -> CheckResult:
    """Say that a server of the workspace runs, though not from the program that comes first.

    Args:
        note: which program was passed over, and why.
    """
    return CheckResult("servers", "warn", note, "repair, update or remove the one passed over")


def judge_postgres(version: int, shown: str, name: str) -> CheckResult:
    """Say whether this PostgreSQL will do.

    Args:
        version: its `server_version_num`.
        shown: its version, for people.
        name: which database it is, likewise.
    """
    if version < OLDEST_POSTGRES:
        return CheckResult(
            "database", "fail", f"{name}: PostgreSQL {shown} is too old", "use 14 or newer"
        )
    return CheckResult("database", "ok", f"{name}: PostgreSQL {shown}")


def judge_revision(current: str | None, head: str, *, is_known: bool = True) -> CheckResult:
    """Say whether the database has the schema of this program.

    Args:
        current: the database's revision.
        head: what this program needs.
        is_known: False where the revision is one of a newer version.
    """
    if not is_known:
        return CheckResult(
            "migrations",
            "fail",
            f"the database is at revision {current}, newer than this program ({head})",
            "use the version of the program that the database belongs to",
            "schema-newer",
        )
    if current is None:
        return CheckResult(
            "migrations", "warn", "the database is empty", "the next command fills it"
        )
    if current != head:
        return CheckResult(
            "migrations",
            "fail",
            f"the database is at revision {current}, this program needs {head}",
            "upgrade the schema",
            "schema-revision",
        )
    return CheckResult("migrations", "ok", f"at revision {head}")


def judge_sends(foreign: Sequence[tuple[int, str]], provider: str) -> CheckResult:
    """Say whether sends stand still because no worker of this workspace may take them.

    Args:
        foreign: running sends that go through another provider, each with its name.
        provider: that of this workspace.
    """
    if not foreign:
        return CheckResult("sends", "ok", "none waits for another provider")
    shown = ", ".join(f"send {send_id} goes through {name}" for send_id, name in foreign)
    return CheckResult(
        "sends",
        "warn",
        f"{shown}: workers of this workspace deliver by {provider} and leave it",
        "start a worker with that provider, or cancel the send",
    )


def judge_clock(ahead_seconds: float) -> CheckResult:
    """Say whether our clock and the database's agree.

    Args:
        ahead_seconds: how much ours is ahead; negative where it is behind.
    """
    if abs(ahead_seconds) <= LARGEST_CLOCK_DIFFERENCE_SECONDS:
        return CheckResult("clock", "ok", "agrees with the database's")
    side = "ahead of" if ahead_seconds > 0 else "behind"
    return CheckResult(
        "clock",
        "fail",
        f"is {abs(ahead_seconds):.0f} s {side} the database's: claims and links would run out "
        "at the wrong time",
        "set both by NTP",
    )


def judge_broker(waiting_count: int, eviction_policy: str, version: str = "") -> CheckResult:
    """Say whether the broker keeps what it is told.

    Args:
        waiting_count: tasks that no worker has taken yet.
        eviction_policy: Redis's `maxmemory-policy`; empty where unknown or not Redis.
        version: Redis's; likewise.
    """
    found = f"reachable, {waiting_count} waiting"
    if _is_unpatched(version):
        return CheckResult(
            "broker",
            "warn",
            f"{found}, but Redis {version} lacks security fixes",
            "install a newer redis-server: one on PATH is used first",
        )
    if eviction_policy in {"", "noeviction"}:
        return CheckResult("broker", "ok", found)
    return CheckResult(
        "broker",
        "warn",
        f"{found}, but Redis drops tasks when its memory is full ({eviction_policy})",
        "set its maxmemory-policy to noeviction",
    )


def _is_unpatched(version: str) -> bool:
    """Whether no series of this age gets fixes; distributions mend 7.0 on their own."""
    numbers = [int(each) for each in version.split(".") if each.isdecimal()]
    return bool(numbers) and numbers < _OLDEST_PATCHED_REDIS


def judge_worker(answer_count: int) -> CheckResult:
    """Say whether anybody would deliver.

    Args:
        answer_count: workers that answered.
    """
    if answer_count:
        return CheckResult("worker", "ok", f"{answer_count} running")
    return CheckResult(
        "worker",
        "warn",
        "none is running",
        "start one",
        "worker-missing",
    )


def judge_base_url(base_url: str, *, is_sending: bool) -> CheckResult:
    """Say whether readers can follow the links in messages.

    Args:
        base_url: what links begin with.
        is_sending: whether messages are sent, rather than kept in files.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    is_local = host in {"localhost", "::1"} or host.startswith("127.")
    if is_local and is_sending:
        return CheckResult(
            "web address",
            "warn",
            f"links in messages lead to {base_url}, which only this machine reaches",
            "set web.base_url to the address readers use",
        )
    if not is_local and parts.scheme != "https":
        return CheckResult(
            "web address",
            "warn",
            f"{base_url} is not https: mail programs do not offer one-click unsubscribe",
            "serve it by https and set web.base_url",
        )
    return CheckResult("web address", "ok", base_url)
