"""How long unused servers keep running, so that the next command starts faster."""

import math
from collections.abc import Mapping

from mailer.errors import ConfigurationError

VARIABLE = "MAILER_EMBEDDED_LINGER_SECONDS"
_DEFAULT_SECONDS = 5.0


def linger_seconds(environ: Mapping[str, str]) -> float:
    """Return how many seconds the servers keep running after their last user.

    Raises:
        ConfigurationError: the variable does not hold a number of seconds.
    """
    text = environ.get(VARIABLE, "")
    if not text:
        return _DEFAULT_SECONDS
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ConfigurationError(f"{VARIABLE}={text}: must be a number of seconds, 0 or more")
    return seconds
