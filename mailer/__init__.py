"""Mailer: newsletter delivery that accounts for every recipient."""

import sys
from pathlib import Path

__version__ = "0.1.0"

_BUNDLED = Path(__file__).resolve().parent / "_bundled"
"""In an installed package, where `subscribers` and `worker` are: at the top of a checkout, but not
at the top of a site-packages that others share. docs/decisions/0030-what-is-installed.md"""
if _BUNDLED.is_dir():
    sys.path.insert(0, str(_BUNDLED))
