"""Archives and mails from strangers: bounded, never unpacked, errors of one line."""

import io
import json
import struct
import zipfile
from pathlib import Path

import import_kit
import pytest

from mailer.composing.importing.import_file import Beside, make_issue, named, open_export
from mailer.composing.importing.sources import containers, read_export
from mailer.errors import RenderError


def zip_of(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


PAGE = b'<html><body><h1>T</h1><p>Hello.</p><img src="%s" alt="x"></body></html>'
PNG = b"\x89PNG\r\n\x1a\nrest"


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zip_of({"posts/1.html": b"<p>" + b"0" * 40_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(RenderError, match="too big"):
        read_export(bomb, name="bomb.zip")
    monkeypatch.setattr(containers, "LARGEST_TOTAL_BYTES", 1_000)
    many = zip_of({f"posts/{n}.html": PAGE * 5 for n in range(9)})
    with pytest.raises(RenderError, match="too big"):
        read_export(many, name="many.zip")


def test_names_of_an_archive_lead_nowhere() -> None:
    data = zip_of(
        {"../../etc/a.html": PAGE % b"../../../etc/passwd", "/abs.html": PAGE % b"/etc/passwd"}
    )
    posts = named(read_export(data, name="x.zip"))
    assert [each.slug for each in posts] == ["abs", "a"] or len(posts) == 2
    for each in posts:
        issue = make_issue(each, source_name="x.zip", output=Path("x.md"))
        assert issue.images == ()
        assert [finding.code for finding in issue.findings].count("image_not_placed") == 1


def test_pictures_of_an_archive_are_found_beside_their_page() -> None:
    data = zip_of({"a/page.html": PAGE % b"img/x.png", "a/img/x.png": PNG, "img/x.png": b"no"})
    (post,) = named(read_export(data, name="x.zip"))
    issue = make_issue(post, source_name="x.zip", output=Path("out/My Page.md"))
    assert issue.images[0].data == PNG
    assert issue.images[0].path.startswith("My-Page-images/")


def test_pictures_beside_a_file_stay_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "in.png").write_bytes(PNG)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    beside = Beside(folder)
    assert beside["in.png"] == PNG
    for name in ("../secret.png", "link.png", str(tmp_path / "secret.png"), "no.png", "x\0y"):
        assert beside.get(name) is None, name


def import_every_post(data: bytes) -> None:
    for each in named(read_export(data, name="x.bin")):
        make_issue(each, source_name="x.bin", output=Path("x.md"))


@pytest.mark.parametrize("data", [b"[" * 100_000, b"{" * 100_000, b'{"a":' * 50_000])
def test_what_only_begins_as_json_is_text(data: bytes) -> None:
    import_every_post(data)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + b"\0" * 200,
        b"PK\x05\x06",
        zip_of({}),
        zip_of({"a.txt": b"x"}),
        zip_of({"posts.csv": b"post_id\n1"}),
        b'{"db": [{"data": {"posts": [{"html": null, "title": null, "slug": 3}]}}]}',
        b'{"data": {"results": [{"body": "", "content_type": "html", "subject": "x"}]}}',
        json.dumps({"posts": [{"lexical": '{"root":' + "[" * 5_000}]}).encode(),
        b"subject,body\n" + b'"' * 1000,
        b"From: a\nSubject: b\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 3000,
        b"From: a\nSubject: b\n\n",
        b"From: a\nSubject: =?utf-8?B?????=\nContent-Transfer-Encoding: base64\n\n\xff\xfe!!",
    ],
    ids=range(12),
)
def test_what_is_broken_is_one_line(data: bytes) -> None:
    with pytest.raises(RenderError) as error:
        import_every_post(data)
    assert "\n" not in str(error.value)
    assert "x.bin" in str(error.value)


def test_mails_in_mails_in_mails_end() -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(2000)
    )
    data = b"From: a@b.c\nSubject: deep\nMIME-Version: 1.0\n" + nested + b"\n\nhello\n"
    try:
        read_export(data, name="x.eml")
    except RenderError as error:
        assert "x.eml" in str(error)  # noqa: PT017 - either outcome is right


def test_an_encrypted_archive_says_so() -> None:
    data = bytearray(zip_of({"posts/a.html": PAGE}))
    at = data.find(b"PK\x01\x02")
    flags = struct.unpack_from("<H", data, at + 8)[0]
    struct.pack_into("<H", data, at + 8, flags | 1)
    struct.pack_into("<H", data, 6, flags | 1)
    with pytest.raises(RenderError, match="encrypted"):
        read_export(bytes(data), name="x.zip")


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.html"
    path.write_bytes(b"<html>" + b" " * (containers.LARGEST_PAGE_BYTES + 1))
    with pytest.raises(RenderError, match="larger than 30 MB"):
        open_export(path, source="auto", base_url="")
    with pytest.raises(RenderError, match=r"no-such\.html"):
        open_export(tmp_path / "no-such.html", source="auto", base_url="")


def test_pages_of_a_zip_are_listed_by_their_titles() -> None:
    pages = {
        "a/1.html": "<html><h1>First page</h1><p>a</p></html>",
        "a/2.html": "<html><p>b</p></html>",
    }
    posts = named(read_export(import_kit.packed(pages), name="x.zip"))
    assert [(each.slug, each.post.title_in_lists) for each in posts] == [
        ("first-page", "First page"), ("issue", "")
    ]  # fmt: skip
