"""Links to pages that are not published: editors, one's own account, drafts and test sites."""

import re
from collections.abc import Iterator

from mailer.composing.linting import hosts
from mailer.composing.linting.address import Address
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.urls import Url

RULES = (
    Rule(
        "link-unpublished",
        Severity.WARNING,
        "a link to a page that is not published",
        "Readers are asked to log in or for permission, see an editor instead of the page, or can"
        " change it.",
        "Publish the page, or share it for reading, and link to that address.",
    ),
)

_EDITORS = (
    ("docs.google.com", r"/[a-z]+/(?:.*/)?(?:edit|u/\d+)(?:/|$)"),
    ("docs.google.com", r"/(?:document|spreadsheets|presentation)/d/(?!e/)[^/]+/?$"),
    ("drive.google.com", r"/drive/(?:u/\d+/|my-drive|home|recent|starred|shared-with-me)"),
    ("mail.google.com", r"/mail/"),
    ("calendar.google.com", r"/calendar/(?:u/\d+/)?r(?:/|$)"),
    ("sites.google.com", r"/.*/edit$|/u/\d+/"),
    ("script.google.com", r".*/edit$"),
    ("notion.so", r"/(?:.*-)?[0-9a-f]{32}$"),
    ("dropbox.com", r"/(?:home|work|preview|personal|h)(?:/|$)"),
    ("paper.dropbox.com", r"/doc/"),
    ("figma.com", r"/(?:file|design|board|slides|make)/"),
    ("canva.com", r"/design/.*/edit$"),
    ("miro.com", r"/app/"),
    ("mural.co", r"/t/"),
    ("airtable.com", r"/(?:app\w+/(?!shr|embed)|invite/|tbl)"),
    ("overleaf.com", r"/project/"),
    ("hackmd.io", r"/.*/edit$"),
    ("trello.com", r"/(?:w|u)/"),
    ("app.asana.com", r"/"),
    ("app.clickup.com", r"/"),
    ("linear.app", r"/.*/(?:issue|project|inbox|my-issues)(?:/|$)"),
    ("atlassian.net", r"/jira/|/wiki/.*/edit"),
    ("app.slack.com", r"/client/"),
    ("slack.com", r"/archives/"),
    ("teams.microsoft.com", r"/l/(?:message|channel|file)/"),
    ("sharepoint.com", r"/:\w:/r/|/.*/_layouts/"),
    ("onedrive.live.com", r"/(?:edit|personal)|/$"),
    ("github.com", r"/[^/]+/[^/]+/(?:edit|settings)(?:/|$)"),
    ("medium.com", r"/(?:p/\w+/edit|new-story|me/)"),
    ("substack.com", r"/publish(?:/|$)"),
    ("app.beehiiv.com", r"/"),
    ("app.kit.com", r"/"),
    ("app.convertkit.com", r"/"),
    ("admin.mailchimp.com", r"/"),
    ("buttondown.com", r"/emails/"),
    ("studio.youtube.com", r"/"),
    ("admin.shopify.com", r"/"),
    ("analytics.google.com", r"/"),
    ("dash.cloudflare.com", r"/"),
)  # fmt: skip
"""Host and path of pages for editing, or of the author's own account."""
_OF_ANY_HOST = re.compile(
    r"/wp-admin/|/wp-login\.php|/ghost/?$|/admin/(?:content|posts?|pages?|articles?)/(?:[^/]+/)?edit"
    r"|/node/\d+/edit$|/typo3/"
)
_PREVIEWS = {
    "preview": {"true", "1", "yes"}, "preview_id": None, "preview_nonce": None,
    "elementor-preview": None, "customize_changeset_uuid": None, "_preview": {"true", "1"},
    "preview_theme_id": None, "is_preview": {"true", "1"}, "draft": {"true", "1"},
}  # fmt: skip
"""Parameters that show a draft, with the values that do; None for any."""
_TEST_LABEL = re.compile(
    r"(?:[\w-]{1,63}-)?(?:staging|preprod|pre-prod|uat)\d*(?:-[\w-]{1,63})?|stg\d*"
)
_TEST_HOSTS = (
    "ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "trycloudflare.com",
    "loca.lt", "lhr.life", "serveo.net", "localhost.run", "githubpreview.dev", "app.github.dev",
    "gitpod.io", "devtunnels.ms", "tunnelmole.net", "pinggy.link",
)  # fmt: skip
_TEST_DEPLOY = re.compile(
    r"[\w-]{1,63}--[\w-]{1,63}\.netlify\.app|[\w-]{1,63}-git-[\w-]{1,63}\.vercel\.app"
)


def check_published(lintable: Lintable) -> Iterator[Hit]:
    """Look at where each link leads."""
    for link in lintable.document.spans.links:
        address = Address.of(link.target)
        if address.url.is_web and (what := _unpublished(address.url)):
            yield address.hit("link-unpublished", f"the link leads to {what}")


def _unpublished(url: Url) -> str:
    if _is_editor(url):
        return "a page for editing, or of your own account"
    parameters = {name.lower(): value.lower() for name, value in url.parameters}
    if any(
        name in parameters and (values is None or parameters[name] in values)
        for name, values in _PREVIEWS.items()
    ):
        return "a draft"
    if _is_test_site(url.host):
        return f"a test site: {url.host[:60]}"
    return ""


def _is_editor(url: Url) -> bool:
    path = url.path or "/"
    if _OF_ANY_HOST.search(path) or (path.endswith("/ghost/") and url.fragment):
        return True
    return any(
        hosts.is_below(url.host, (host,)) and re.match(pattern, path) for host, pattern in _EDITORS
    )


def _is_test_site(host: str) -> bool:
    """Tell whether a site is one for trying, by a label before its registered name."""
    before = host.removesuffix(hosts.site_of(host)).rstrip(".").split(".")
    return (
        any(_TEST_LABEL.fullmatch(label) for label in before)
        or hosts.is_below(host, _TEST_HOSTS)
        or bool(_TEST_DEPLOY.fullmatch(host))
    )


CHECKS: tuple[Check, ...] = (check_published,)
