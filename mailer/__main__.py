"""The command `mailer`, also as `python -m mailer`."""

import os
import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # `python -m` puts the current folder first; what is ours may be found there in a checkout only
    _root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    sys.path[:1] = [sys.path[0]] if sys.path[0] == _root else []

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it loads ends it in one line, too."""
    try:
        from mailer.platform.programs import forget_current_folder  # noqa: PLC0415 - see above

        forget_current_folder()
        from mailer.cli import main as run  # noqa: PLC0415 - what takes its time

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        sys.stderr.flush()
        os._exit(_INTERRUPTED)  # sys.exit would end with the signal where it came in an `exec`


if __name__ == "__main__":
    main()
