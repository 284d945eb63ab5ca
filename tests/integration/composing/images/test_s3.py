"""Pictures in a bucket: a real client, a real server, HTTP on this machine."""

import datetime as dt
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import image_kit as kit
import pytest

from mailer.composing.images.hosting import host_images
from mailer.composing.images.s3 import S3Store
from mailer.composing.images.store import make_store
from mailer.composing.issue.tree import FrontMatter, Image, Issue, Text
from mailer.config import Settings, load_settings
from mailer.errors import ConfigurationError
from mailer.platform.clock import utcnow

BUCKET = "letters"
NAME = "0123456789abcdef0123456789abcdef.png"
SECRET = "a-secret-access-key"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Return the address of an S3 server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moto.server import ThreadedMotoServer  # noqa: PLC0415 - half a second
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def workspace(tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace whose pictures go to an empty bucket."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "mailer.toml").write_text(
        f"""
        [images]
        store = "s3"
        base_url = "https://img.example.org/news/media"
        s3_endpoint_url = "{endpoint}"
        s3_bucket = "{BUCKET}"
        s3_prefix = "news/media"
        s3_region = "eu-central-1"
        s3_access_key_id = "an-id"
        """
    )
    return tmp_path


def load(workspace: Path, **environ: str) -> Settings:
    secret = {"MAILER_IMAGES__S3_SECRET_ACCESS_KEY_FILE": str(workspace / "secret")}
    return load_settings(workspace, environ={**secret, **environ})


@pytest.fixture
def bucket(endpoint: str) -> Iterator[Any]:
    """Return the bucket, empty."""
    import boto3  # noqa: PLC0415 - slow

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = boto3.Session(
            aws_access_key_id="x", aws_secret_access_key="y", region_name="eu-central-1"
        )
        bucket = session.resource("s3", endpoint_url=endpoint).Bucket(BUCKET)
        bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield bucket
        bucket.objects.delete()
        bucket.delete()


def issue() -> Issue:
    matter = FrontMatter((Text("Subject"),), "week-1", dt.date(2026, 11, 22))
    return Issue(matter, (Image("a.png", "what it shows", (), "", 3),), (), ())


def test_a_picture_is_uploaded_for_readers_to_keep(workspace: Path, bucket: Any) -> None:
    (workspace / "a.png").write_bytes(kit.encode(kit.chart(300, 200), "PNG"))
    hosted = host_images(issue(), path=workspace / "week.md", settings=load(workspace))["a.png"]
    base, _, name = hosted.url.rpartition("/")
    assert base == "https://img.example.org/news/media"
    [summary] = bucket.objects.all()
    assert summary.key == f"news/media/{name}"
    stored = summary.get()
    assert stored["ContentType"] == "image/png"
    assert stored["CacheControl"] == "public, max-age=31536000, immutable"
    assert kit.decode(stored["Body"].read()).size == (300, 200)
    assert not (workspace / ".mailer/media").exists()


def test_what_is_there_is_not_uploaded_again(workspace: Path, bucket: Any) -> None:
    (workspace / "a.png").write_bytes(kit.encode(kit.chart(300, 200), "PNG"))
    settings = load(workspace)
    host_images(issue(), path=workspace / "week.md", settings=settings)
    [before] = [one.last_modified for one in bucket.objects.all()]
    for fact in (workspace / ".mailer/images/hosted").iterdir():
        fact.unlink()
    host_images(issue(), path=workspace / "week.md", settings=settings)
    assert [one.last_modified for one in bucket.objects.all()] == [before]


def test_what_was_there_is_asked_for_again_after_an_hour(workspace: Path, bucket: Any) -> None:
    settings = load(workspace)
    store = S3Store(settings)
    assert not store.has(NAME)
    store.put(NAME, b"data")
    bucket.objects.delete()
    assert S3Store(settings).has(NAME)
    later = utcnow() + dt.timedelta(hours=2)
    assert not S3Store(settings, now=lambda: later).has(NAME)


def test_another_bucket_does_not_have_it(workspace: Path, bucket: Any) -> None:
    S3Store(load(workspace)).put(NAME, b"data")
    assert [one.key for one in bucket.objects.all()] == [f"news/media/{NAME}"]
    other = load(workspace, MAILER_IMAGES__S3_PREFIX="other")
    assert not S3Store(other).has(NAME)


@pytest.mark.usefixtures("bucket")
def test_the_bucket_can_be_looked_at(workspace: Path) -> None:
    assert "read at https://img.example.org/news/media" in S3Store(load(workspace)).check()
    missing = S3Store(load(workspace, MAILER_IMAGES__S3_BUCKET="nobodys"))
    with pytest.raises(ConfigurationError, match="bucket nobodys refuses"):
        missing.check()


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_a_clear_error(workspace: Path) -> None:
    store = S3Store(load(workspace, MAILER_IMAGES__S3_BUCKET="nobodys"))
    with pytest.raises(ConfigurationError, match=r"bucket nobodys refuses \(NoSuchBucket\)") as one:
        store.put(NAME, b"data")
    assert SECRET not in str(one.value)


def test_a_server_that_does_not_answer_is_a_clear_error(workspace: Path) -> None:
    store = S3Store(load(workspace, MAILER_IMAGES__S3_ENDPOINT_URL="http://127.0.0.1:1"))
    with pytest.raises(ConfigurationError, match="cannot be reached") as one:
        store.has(NAME)
    assert SECRET not in str(one.value)
    assert "\n" not in str(one.value)


def test_without_the_package_it_says_how_to_get_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ConfigurationError, match=r'pip install "newsletter-mailer\[s3\]"'):
        make_store(load(workspace))


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("S3_BUCKET", r"images\.s3_bucket is missing \(images\.store is"),
        ("BASE_URL", r"images\.base_url is missing \(it says where readers"),
        ("S3_ACCESS_KEY_ID", r"images\.s3_access_key_id is missing"),
    ],
)
def test_settings_that_are_missing_are_named(workspace: Path, variable: str, said: str) -> None:
    key = variable.lower()
    file = workspace / "mailer.toml"
    lines = [one for one in file.read_text().splitlines() if f" {key} " not in one]
    file.write_text("\n".join(lines))
    with pytest.raises(ConfigurationError, match=said):
        make_store(load(workspace))


def test_a_key_without_its_secret_is_named(workspace: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"images\.s3_secret_access_key is missing"):
        make_store(load_settings(workspace, environ={}))


@pytest.mark.parametrize("prefix", ["/news", "news/", "a//b", "../x", "a b"])
def test_a_prefix_is_a_folder_and_nothing_else(workspace: Path, prefix: str) -> None:
    with pytest.raises(ConfigurationError, match=r"s3_prefix must be letters"):
        load(workspace, MAILER_IMAGES__S3_PREFIX=prefix)
