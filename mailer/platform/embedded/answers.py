"""Running a program that somebody put on PATH, for its answer: it may hang or never be quiet."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

_LONGEST_ANSWER = 1_000_000


def run(
    command: Sequence[str | os.PathLike[str]],
    *,
    seconds: float,
    environment: Mapping[str, str],
    said: bytes = b"",
    **popen: Any,  # noqa: ANN401 - arguments of `Popen`
) -> tuple[int, bytes]:
    """Run `command` to its end, from the root folder.

    Args:
        command: the program and its arguments.
        seconds: how long it may take; what it has started is killed with it.
        environment: all that it sees.
        said: its standard input, at most a few kilobytes.
        popen: further arguments of `Popen`.

    Returns:
        Its exit code, and what it wrote on both outputs.

    Raises:
        TimeoutError: it takes longer, or writes more than 1 MB.
        OSError: it cannot be run.
    """
    with subprocess.Popen(  # noqa: S603 - a program that we found
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment,
        start_new_session=True,
        **popen,
    ) as child:
        try:
            return _hear(child, said, time.monotonic() + seconds)
        finally:
            signal_group(child.pid, signal.SIGKILL)


def signal_group(leader: int, number: signal.Signals) -> None:
    """Signal all that process `leader` has started in its group, and itself; some may be gone."""
    with suppress(ProcessLookupError):
        os.killpg(leader, number)


def _hear(child: subprocess.Popen[bytes], said: bytes, deadline: float) -> tuple[int, bytes]:
    assert child.stdin is not None  # noqa: S101 - for the type checker
    assert child.stdout is not None  # noqa: S101 - the same
    with suppress(BrokenPipeError), child.stdin:
        child.stdin.write(said)
    answer = _read(child.stdout, deadline)
    try:
        return child.wait(max(deadline - time.monotonic(), 0)), answer
    except subprocess.TimeoutExpired:
        raise TimeoutError from None


def _read(stream: IO[bytes], deadline: float) -> bytes:
    answer = b""
    while len(answer) < _LONGEST_ANSWER:
        ready, _, _ = select.select([stream], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            raise TimeoutError
        piece = os.read(stream.fileno(), 65_536)
        if not piece:
            return answer
        answer += piece
    raise TimeoutError
