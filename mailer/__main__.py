"""The command `mailer`, also as `python -m mailer`."""

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it loads ends it in one line, too."""
    try:
        from mailer.cli import main as run  # noqa: PLC0415 - what takes its time

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        sys.stderr.flush()
        os._exit(_INTERRUPTED)  # sys.exit would end with the signal where it came in an `exec`


if __name__ == "__main__":
    main()
