"""PostgreSQL and Redis for one workspace, when no URL is set.

`acquire` gives a lease on real servers that listen on Unix sockets only. They are started by the
first command that needs them, shared by all, and stopped a few seconds after the last has gone.
"""

from mailer.platform.embedded.lease import Lease, acquire

__all__ = ["Lease", "acquire"]
