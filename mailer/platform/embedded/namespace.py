"""A user namespace: root's own files, under another user's id, for a program that refuses root.

PostgreSQL refuses to run as root. Where root's folders are closed to everybody else, as /root is on
most systems, an unprivileged user would not reach the data; to open them is not ours to do. In a
namespace in which root alone exists, under another number, the server has no more rights than the
owner of its files and is content. Source: user_namespaces(7).
"""

import ctypes
import os
import sys
from functools import cache
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
"""Source: clone(2), Linux."""


def enter(uid: int, gid: int) -> None:
    """Move this process, which root has just forked, into a namespace where root is user `uid`.

    Raises:
        OSError: the system does not allow it.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{gid} 0 1")
    Path("/proc/self/uid_map").write_text(f"{uid} 0 1")


@cache
def is_possible(uid: int, gid: int) -> bool:
    """Whether root may do that here; most containers do not allow it."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    child = os.fork()
    if child == 0:
        try:
            enter(uid, gid)
            os._exit(os.geteuid() != uid)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
