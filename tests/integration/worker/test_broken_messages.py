"""Whatever lies in the broker's queues: a worker lives on, and what comes after is delivered."""

import pickle
from pathlib import Path
from typing import Any

import cli_kit
import pytest
import redis
from cli_kit import ISSUE, Cli, Process, wait_until
from rabbitmq_kit import rabbitmq
from sink import Sink

from mailer.config import kombu_url
from mailer.platform.broker import DELIVER, DELIVER_QUEUE, SWEEP_QUEUE, make_celery

cli = cli_kit.cli
sink = cli_kit.sink

NESTED = "[" * 100_000
BODIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "no body": (b"", {}),
    "garbage": (b"\xff\x00\x9b2J garbage", {}),
    "half of JSON": (b'[["a"', {}),
    "null": (b"null", {}),
    "a number": (b"7", {}),
    "an object": (b"{}", {}),
    "too short": (b"[]", {}),
    "nested": (NESTED.encode(), {}),
    "huge": (b'[["' + b"x" * 20_000_000 + b'"], {}, null]', {}),
    "a text for an id": (b'[["one"], {}, null]', {}),
    "no id": (b"[[], {}, null]", {}),
    "two ids": (b"[[1, 2], {}, null]", {}),
    "an unknown name": (b'[[], {"zork": 1}, null]', {}),
    "null for an id": (b"[[null], {}, null]", {}),
    "an object for an id": (b'[[{"a": 1}], {}, null]', {}),
    "a huge id": (b"[[%d], {}, null]" % 10**40, {}),
    "no such batch": (b"[[-1], {}, null]", {}),
    "arguments that are no list": (b'["abc", {}, null]', {}),
    "names that are no object": (b"[[1], 7, null]", {}),
    "a callback": (b'[[1], {}, {"callbacks": [7], "errbacks": "x", "chain": {}}]', {}),
    "pickled": (pickle.dumps(([1], {}, {})), {"content_type": "application/x-python-serialize"}),
    "another type": (b"[[1], {}, null]", {"content_type": "application/zork"}),
    "another encoding": (b"[[1], {}, null]", {"content_encoding": "zork"}),
    "another task": (b"[[1], {}, null]", {"task": "os.system"}),
    "another lang": (b"[[1], {}, null]", {"lang": "zork"}),
    "a task that is no text": (b"[[1], {}, null]", {"task": 7}),
    "no task": (b"[[1], {}, null]", {"task": None}),
    "a time that is none": (b"[[1], {}, null]", {"eta": "soon"}),
    "an end that is none": (b"[[1], {}, null]", {"expires": "\x1b[31mnever"}),
    "a time limit that is none": (b"[[1], {}, null]", {"timelimit": "x"}),
    "retries that are none": (b"[[1], {}, null]", {"retries": "x"}),
    "a compression that is none": (b"[[1], {}, null]", {"compression": "zork"}),
    "an id that is none": (b"[[1], {}, null]", {"id": None}),
}
HARMLESS = {"another lang", "another encoding"}
"""Hints all the same: nothing of what is odd about them is used."""
DROPPED = len(BODIES) - len(HARMLESS)
RAW: dict[str, bytes] = {
    "raw garbage": b"\xff\x00 garbage",
    "raw nothing": b"",
    "raw half": b"{",
    "raw null": b"null",
    "raw list": b"[]",
    "raw number": b"1",
    "raw empty": b"{}",
    "raw body only": b'{"body": 1}',
    "raw null headers": b'{"body": "", "headers": null, "properties": null}',
    "raw without a tag": b'{"body": "W10=", "headers": {}, "properties": {}}',
    "raw encoding": b'{"body": "!", "headers": {}, "properties": {"delivery_tag": "t",'
    b' "delivery_info": {}, "body_encoding": "zork"}}',
    "raw base64": b'{"body": "!", "headers": {}, "properties": {"delivery_tag": "t",'
    b' "delivery_info": {}, "body_encoding": "base64"}}',
    "raw nested": NESTED.encode(),
}


def headers_of(changes: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in changes.items() if not key.startswith("content_")}
    return {"lang": "py", "task": DELIVER, "id": "x", "root_id": "x", **rest}


def put(broker_url: str, queue: str, name: str) -> None:
    """Put a message into a queue, as it is."""
    body, changes = BODIES[name]
    with make_celery(kombu_url(broker_url)) as app, app.connection_for_write() as connection:
        channel = connection.channel()
        message = channel.prepare_message(
            body,
            content_type=changes.get("content_type", "application/json"),
            content_encoding=changes.get("content_encoding", "utf-8"),
            headers=headers_of(changes),
            properties={},
        )
        channel.basic_publish(message, exchange="", routing_key=queue)


def deliver_all_the_same(cli: Cli, sink: Sink, worker: Process, count: int) -> None:
    """Send an issue to two people, and look at what the worker said."""
    cli.list_of("ada@example.org", "bob@example.org")
    issue = cli.write("week-1.md", ISSUE)
    assert cli.run("send", issue, "--list", "readers", "--yes", "--no-watch").code == 0
    wait_until(lambda: sink.received.total() == 2 or worker.has_ended(), seconds=90)
    assert not worker.has_ended(), worker.text
    said = worker.text
    assert worker.stop(15) == 0
    assert "Traceback" not in said
    assert said.count("message_dropped") == count
    assert "\x1b" not in said
    assert len(said) < 60_000


@pytest.mark.parametrize("queue", [DELIVER_QUEUE, SWEEP_QUEUE])
def test_with_redis(cli: Cli, sink: Sink, queue: str) -> None:
    cli.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(sink.port))
    for name in BODIES:
        put(cli.broker_url, queue, name)
    with redis.Redis.from_url(cli.broker_url) as client:
        for raw in RAW.values():
            client.lpush(queue, raw)
    deliver_all_the_same(cli, sink, cli.worker(), DROPPED + len(RAW))


def test_with_rabbitmq(cli: Cli, sink: Sink, tmp_path: Path) -> None:
    with rabbitmq(tmp_path / "rabbitmq") as url:
        cli.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(sink.port), MAILER_BROKER_URL=url)
        cli.broker_url = url
        worker = cli.worker()  # declares the queues
        for queue in (DELIVER_QUEUE, SWEEP_QUEUE):
            for name in BODIES:
                put(url, queue, name)
        deliver_all_the_same(cli, sink, worker, 2 * DROPPED)
