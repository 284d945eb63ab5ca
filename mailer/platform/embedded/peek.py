"""Whether the servers of a workspace are running, without starting them."""

from pathlib import Path

from mailer.platform.embedded import announcement
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.postgres_server import NAME as POSTGRES
from mailer.platform.programs import forget_other_databases


def running_database_url(state_dir: Path) -> str:
    """Return the URL of the database that other commands use right now; '' where none runs.

    It may stop at any moment: nobody is told that it is in use.
    """
    forget_other_databases()
    layout = Layout(state_dir.resolve())
    try:
        return announcement.read(layout.servers_file, root=layout.root).urls.get(POSTGRES, "")
    except (OSError, ValueError, KeyError):
        return ""
