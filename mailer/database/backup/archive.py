"""What is in a backup file: read to its end, so that a damaged file is found before it is used."""

import re
from dataclasses import dataclass
from pathlib import Path

from mailer.database.backup.programs import Programs
from mailer.database.migrate import HEAD, is_known
from mailer.errors import ConfigurationError

_CREATED = re.compile(r"^;\s+Archive created at (?P<when>.+)$", re.MULTILINE)
_COPY = re.compile(rb'COPY public\."?(?P<table>\w+)"? .*FROM stdin;\n')
_END = b"\\.\n"


@dataclass(frozen=True, slots=True)
class BackupContents:
    """What a backup file holds.

    Args:
        made_at: as PostgreSQL wrote it.
        revision: of its schema.
        row_counts: by table.
    """

    made_at: str
    revision: str
    row_counts: dict[str, int]


def read_backup(programs: Programs, file: Path) -> BackupContents:
    """Return what is in the file.

    Raises:
        ConfigurationError: it is damaged, not a backup of ours, or made by a newer version.
        OSError: it cannot be read.
    """
    file.open("rb").close()  # says best what is wrong with it
    path = str(file.resolve())
    about = f"{file}: is not a complete backup"
    with programs.running("pg_restore", "--list", path, about=about) as process:
        listing = process.stdout.read().decode(errors="replace") if process.stdout else ""
    created = _CREATED.search(listing)
    counts, revision = _read_rows(programs, path, about=about)
    if not revision:
        raise ConfigurationError(f"{file}: is not a backup of this program's database")
    if not is_known(revision):
        raise ConfigurationError(
            f"{file}: its schema is at revision {revision}, newer than this program, which knows "
            f"revisions up to {HEAD}: use the version of the program that made it",
            code="schema-newer",
            revision=revision,
            needed=HEAD,
        )
    return BackupContents(created["when"] if created else "", revision, counts)


def _read_rows(programs: Programs, path: str, *, about: str) -> tuple[dict[str, int], str]:
    counts: dict[str, int] = {}
    table = revision = ""
    options = ("--data-only", "--file=-")
    with programs.running("pg_restore", *options, path, about=about) as process:
        for line in process.stdout or ():
            start = _COPY.match(line)
            if start:
                table = start["table"].decode()
                counts[table] = 0
            elif line == _END:
                table = ""
            elif table:
                counts[table] += 1
                revision = line.decode().strip() if table == "alembic_version" else revision
    counts.pop("alembic_version", None)
    return counts, revision
