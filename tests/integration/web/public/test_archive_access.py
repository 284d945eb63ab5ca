"""Who may read which list's archive, and what anybody else can tell: nothing."""

import datetime as dt
from collections.abc import Callable

import pytest
from web_kit import Answer, WebLedger, request, web_issue

from mailer.message.links import archive_url, shared_link
from mailer.platform.clock import utcnow
from mailer.web.server import WebHandle
from subscribers.errors import UnknownMailingListError
from subscribers.lists.archive import ListArchive, change_archive, get_archive
from subscribers.model import ArchiveRobots, ArchiveVisibility
from subscribers.tokens import Purpose, Signer

FEEDS = ("feed.atom", "rss.xml", "feed.json")
PUBLIC_PATHS = ("/archive/", *(f"/archive/{feed}" for feed in FEEDS), "/sitemap.xml")


@pytest.fixture
def members(ledger: WebLedger) -> WebLedger:
    """A public list that got `first`, and a list `members` that got `secret`."""
    ledger.seed(2)
    ledger.run("INSERT INTO mailing_list (slug, name) VALUES ('members', 'Members only')")
    ledger.run(
        "INSERT INTO subscription (mailing_list_id, subscriber_id, state) VALUES (2, 1, 'active')"
    )
    send(ledger, "secret", 2, html="<p>the secret</p>")
    return ledger


def send(ledger: WebLedger, slug: str, list_id: int, *, html: str = "<p>x</p>") -> None:
    issue = web_issue(slug, subject=f"About {slug}", html=html, content_hash=f"{slug}-{list_id}")
    send_id = ledger.add_send(issue)
    ledger.run("UPDATE send SET mailing_list_id = :list WHERE id = :id", list=list_id, id=send_id)


def make(
    ledger: WebLedger, visibility: str, robots: str = "index", *, slug: str = "members"
) -> ListArchive:
    with ledger.engine.begin() as connection:
        return change_archive(
            connection,
            slug,
            visibility=ArchiveVisibility(visibility),
            robots=ArchiveRobots(robots),
        )


def link(ledger: WebLedger, archive: ListArchive, *, days: float = 7) -> str:
    expires_at = utcnow() + dt.timedelta(days=days)
    return shared_link(ledger.signer, archive, base_url="", expires_at=expires_at)


def get(web: WebHandle, path: str) -> Answer:
    return request("GET", web.url + path)


def same(one: Answer, other: Answer) -> bool:
    def headers(answer: Answer) -> list[tuple[str, str]]:
        return [pair for pair in answer.headers.items() if pair[0] != "date"]

    return (one.status, one.body, headers(one)) == (other.status, other.body, headers(other))


@pytest.mark.usefixtures("members")
def test_a_public_list_is_everywhere(web: WebHandle) -> None:
    for path in (*PUBLIC_PATHS, "/archive/l/members/", "/archive/l/members/feed.json"):
        assert "secret" in get(web, path).text, path
    assert "noindex" not in get(web, "/archive/secret").text
    index = get(web, "/archive/").text
    assert 'href="/archive/l/members/"' in index
    assert 'href="/archive/l/weekly/"' in index


def test_a_list_that_robots_are_kept_from_is_read_by_people(
    web: WebHandle, members: WebLedger
) -> None:
    make(members, "public", "noindex")
    assert "About secret" in get(web, "/archive/").text
    assert "secret" not in get(web, "/sitemap.xml").text
    assert "/l/members/" not in get(web, "/sitemap.xml").text
    assert "<loc>http://127.0.0.1:8080/archive/</loc>" not in get(web, "/sitemap.xml").text
    for path in ("/archive/secret", "/archive/l/members/", "/archive/"):
        answer = get(web, path)
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in answer.text
    for path in ("/archive/first", "/archive/l/weekly/"):
        assert get(web, path).headers["X-Robots-Tag"] is None


@pytest.mark.usefixtures("members")
def test_search_engines_list_pages_and_no_feeds(web: WebHandle) -> None:
    for path in ("/archive/", "/archive/l/weekly/", "/archive/first"):
        assert get(web, path).headers["X-Robots-Tag"] is None
    for feed in FEEDS:
        assert get(web, f"/archive/{feed}").headers["X-Robots-Tag"] == "noindex"


def test_an_unlisted_list_is_named_nowhere_and_can_be_reached(
    web: WebHandle, members: WebLedger
) -> None:
    make(members, "unlisted")
    for path in PUBLIC_PATHS:
        assert "ecret" not in get(web, path).text, path
        assert "members" not in get(web, path).text.lower(), path
    for path in ("/archive/secret", "/archive/l/members/", "/archive/l/members/feed.atom"):
        answer = get(web, path)
        assert answer.status == 200
        assert "ecret" in answer.text
        assert answer.headers["X-Robots-Tag"] == "noindex"
    issue = get(web, "/archive/secret").text
    assert '<meta name="robots" content="noindex">' in issue
    assert 'rel="prev"' not in issue
    assert "About secret" not in get(web, "/archive/first").text
    assert get(web, "/archive/secret/card.png").status == 200


def test_a_private_list_is_not_there(web: WebHandle, members: WebLedger) -> None:
    make(members, "private")
    for path in (*PUBLIC_PATHS, "/archive/first", "/archive/l/weekly/"):
        answer = get(web, path)
        assert answer.status == 200
        assert "ecret" not in answer.text, path
        assert "members" not in answer.text.lower(), path
    for real, unreal in (
        ("/archive/secret", "/archive/nothing"),
        ("/archive/secret/card.png", "/archive/nothing/card.png"),
        ("/archive/l/members/", "/archive/l/nothing/"),
        *((f"/archive/l/members/{feed}", f"/archive/l/nothing/{feed}") for feed in FEEDS),
    ):
        assert same(get(web, real), get(web, unreal)), real
    places = [get(web, f"/archive/?before=2026-11-22.{slug}").text for slug in ("secret", "sesame")]
    assert places[0].replace("secret", "sesame") == places[1]
    assert get(web, "/archive/secret").status == 404
    assert get(web, "/archive/secret/card.png").status == 404
    assert get(web, "/archive/l/members/").status == 404


def test_a_signed_link_opens_it_and_nothing_is_kept(web: WebHandle, members: WebLedger) -> None:
    path = link(members, make(members, "private"))
    index = get(web, path)
    assert "About secret" in index.text
    assert "About first" not in index.text
    assert "Members only" in index.text
    issue = get(web, path + "secret")
    assert "<p>the secret</p>" in issue.text
    feed = get(web, path + "feed.atom")
    assert "the secret" in feed.text
    assert feed.text.count(path) >= 3
    for answer in (index, issue, feed):
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    for answer in (index, issue):
        assert '<meta name="robots" content="noindex">' in answer.text
        assert "canonical" not in answer.text
        assert "og:" not in answer.text
        assert f'href="{path}' in answer.text
    for entry_id in ("<id>tag:", "issue/secret</id>"):
        assert entry_id in feed.text


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("PTP32MBKYZI3wiHWpPFzD0GWvlwN7KQE", id="shared"),
        pytest.param("PdECPqx2uIlsDcbGyMmsYGJbems", id="subscriber"),
    ],
)
def test_a_link_of_the_earlier_scheme_still_opens_it(
    web: WebHandle, members: WebLedger, token: str
) -> None:
    make(members, "private")
    path = f"/archive/k/{token}/"
    assert "About secret" in get(web, path).text
    assert "<p>the secret</p>" in get(web, path + "secret").text
    with members.engine.begin() as connection:
        change_archive(connection, "members", revoke_links=True)
    assert get(web, path).status == 404


def test_a_link_of_the_earlier_scheme_still_ends(web: WebHandle, members: WebLedger) -> None:
    make(members, "private")
    assert get(web, "/archive/k/PY6Styqrl47n1_PNYu2K4ZPboduzKF11/").status == 404


def test_links_are_not_logged(
    web: WebHandle, members: WebLedger, capfd: pytest.CaptureFixture[str]
) -> None:
    path = link(members, make(members, "private"))
    for end in ("", "secret", "nothing", "feed.atom"):
        for method in ("GET", "HEAD", "POST"):
            request(method, web.url + path + end)
            request(method, web.url + path[:-2] + "/" + end)
    assert path.split("/")[3][:-1] not in "".join(capfd.readouterr())


def test_read_online_in_a_private_issue_stays_within(web: WebHandle, members: WebLedger) -> None:
    archive = make(members, "private")
    links = '<a href="MFonline">Read online</a><a href="MFonline#two">2</a>'
    send(members, "online", 2, html=f"<html><body>{links}</body></html>")
    path = link(members, archive)
    text = get(web, path + "online").text
    assert f'href="{path}online"' in text
    assert f'href="{path}online#two"' in text


def test_a_link_opens_its_own_list_only(web: WebHandle, members: WebLedger) -> None:
    members.run("INSERT INTO mailing_list (slug, name) VALUES ('board', 'The board')")
    send(members, "minutes", 3)
    make(members, "private", slug="board")
    path = link(members, make(members, "private"))
    for slug in ("minutes", "first", "nothing"):
        answer = get(web, path + slug)
        assert answer.status == 404
        assert "minutes" not in answer.text
    assert "minutes" not in get(web, path).text
    assert "minutes" not in get(web, path + "feed.json").text


Forge = Callable[[WebLedger, ListArchive], str]


def _expired(ledger: WebLedger, archive: ListArchive) -> str:
    return link(ledger, archive, days=-0.001)


def _cut_short(ledger: WebLedger, archive: ListArchive) -> str:
    return link(ledger, archive)[:-2] + "/"


def _altered(ledger: WebLedger, archive: ListArchive) -> str:
    path = link(ledger, archive)
    return path[:-3] + ("A" if path[-3] != "A" else "B") + path[-2:]


def _other_key(_: WebLedger, archive: ListArchive) -> str:
    expires_at = utcnow() + dt.timedelta(days=7)
    return shared_link(Signer([b"x" * 32]), archive, base_url="", expires_at=expires_at)


def _other_purpose(ledger: WebLedger, _: ListArchive) -> str:
    far = int(utcnow().timestamp()) + 10**6
    return f"/archive/k/{ledger.signer.sign(Purpose.UNSUBSCRIBE, 2, 0, far)}/"


def _too_few_ids(ledger: WebLedger, _: ListArchive) -> str:
    return f"/archive/k/{ledger.signer.sign(Purpose.ARCHIVE, 2)}/"


def _no_list(ledger: WebLedger, _: ListArchive) -> str:
    far = int(utcnow().timestamp()) + 10**6
    return f"/archive/k/{ledger.signer.sign(Purpose.ARCHIVE, 99, 0, far)}/"


def _revoked(ledger: WebLedger, archive: ListArchive) -> str:
    path = link(ledger, archive)
    with ledger.engine.begin() as connection:
        change_archive(connection, "members", revoke_links=True)
    return path


def _stranger(ledger: WebLedger, archive: ListArchive) -> str:
    return archive_url(ledger.signer, archive, base_url="", slug="", subscriber_id=2)


def _garbage(_: WebLedger, __: ListArchive) -> str:
    return "/archive/k/" + "%F0%9F%90%A6" * 10 + "/"


FORGERIES: list[Forge] = [
    _expired,
    _cut_short,
    _altered,
    _other_key,
    _other_purpose,
    _too_few_ids,
    _no_list,
    _revoked,
    _stranger,
    _garbage,
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_any_other_link_is_refused_alike(web: WebHandle, members: WebLedger, forge: Forge) -> None:
    path = forge(members, make(members, "private"))
    plain = get(web, "/archive/k/nonsense/")
    assert plain.status == 404
    for end in ("", "secret", "nothing", *FEEDS):
        assert same(get(web, path + end), plain), end


def test_a_subscriber_s_link_works_while_they_are_one(web: WebHandle, members: WebLedger) -> None:
    archive = make(members, "private")
    path = archive_url(members.signer, archive, base_url="", slug="secret", subscriber_id=1)
    assert "the secret" in get(web, path).text
    members.run("UPDATE subscription SET state = 'unsubscribed' WHERE mailing_list_id = 2")
    assert get(web, path).status == 404
    members.run("UPDATE subscription SET state = 'active' WHERE mailing_list_id = 2")
    members.run(
        "INSERT INTO suppression (email_key, reason) VALUES ('r1@example.com', 'complaint')"
    )
    assert get(web, path).status == 404


def test_a_subscriber_s_link_to_an_open_list_is_everybody_s(members: WebLedger) -> None:
    for visibility in ("public", "unlisted"):
        archive = make(members, visibility)
        base = {"base_url": "https://e.org", "subscriber_id": 1}
        assert archive_url(members.signer, archive, slug="secret", **base) == (
            "https://e.org/archive/secret"
        )
        assert archive_url(members.signer, archive, slug="", **base) == (
            "https://e.org/archive/l/members/"
        )


def test_a_link_still_works_once_the_list_is_open(web: WebHandle, members: WebLedger) -> None:
    path = link(members, make(members, "private"))
    make(members, "public")
    assert get(web, path).status == 200


def test_an_issue_is_public_where_one_of_its_lists_is(web: WebHandle, members: WebLedger) -> None:
    """And it shows what that list was sent, though another was sent something later."""
    send(members, "both", 1, html="<p>for all</p>")
    send(members, "both", 2, html="<p>for members</p>")
    path = link(members, make(members, "private"))
    public = get(web, "/archive/both").text
    assert "for all" in public
    assert "for members" not in public
    for feed in FEEDS:
        assert "for members" not in get(web, f"/archive/{feed}").text
    assert "for members" in get(web, path + "both").text
    assert "noindex" not in public


@pytest.mark.parametrize("slug", ["%00", "members%00", "%ff", "a" * 3000, "Weekly", "-"])
def test_what_can_name_no_list_is_no_list(web: WebHandle, slug: str) -> None:
    for file in ("", "feed.atom"):
        assert get(web, f"/archive/l/{slug}/{file}").status == 404


def test_settings_change_one_at_a_time(members: WebLedger) -> None:
    with members.engine.begin() as connection:
        before = get_archive(connection, "weekly")
        assert before.is_indexed
        hidden = change_archive(connection, "weekly", robots=ArchiveRobots.NOINDEX)
        assert hidden.visibility is ArchiveVisibility.PUBLIC
        assert not hidden.is_indexed
        assert change_archive(connection, "weekly", revoke_links=True).generation == 1
        assert change_archive(connection, "weekly").robots is ArchiveRobots.NOINDEX
        with pytest.raises(UnknownMailingListError, match="weekly"):
            change_archive(connection, "nothing", revoke_links=True)
