"""How a benchmark says that it cannot run on this machine."""

import os
import shutil
import sys
from typing import NoReturn

MISSING = 77
"""Exit code of a benchmark that lacks a program; what test suites use for "skipped"."""
SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/libexec/postfix"])
"""Where programs are looked for: Postfix's are not on everybody's PATH."""


def leave_out(reason: str) -> NoReturn:
    """End with a reason in one line."""
    sys.stderr.write(f"{reason}\n")
    sys.exit(MISSING)


def lack_of_postfix() -> str:
    """Return what to install where Postfix's test programs are missing; else nothing."""
    if all(shutil.which(name, path=SEARCH) for name in ("smtp-source", "smtp-sink")):
        return ""
    return "needs smtp-source and smtp-sink; install Postfix (Debian: apt install postfix)"
