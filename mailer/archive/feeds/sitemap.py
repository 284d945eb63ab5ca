"""Site maps for search engines. Source: https://www.sitemaps.org/protocol.html."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from mailer.archive.feeds.xml import add, default_namespace, rfc3339, to_bytes

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_URLS = 50_000
"""In one file; our addresses never reach its 50 MB."""


@dataclass(frozen=True, slots=True)
class Page:
    """An address; `updated_at` is aware UTC, None if unknown."""

    url: str
    updated_at: dt.datetime | None = None


def write_sitemap(pages: Iterable[Page]) -> bytes:
    """Return a site map of at most `MOST_URLS` pages."""
    return _document("urlset", "url", pages)


def write_sitemap_index(files: Iterable[Page]) -> bytes:
    """Return the site map that names the others."""
    return _document("sitemapindex", "sitemap", files)


def _document(root_tag: str, tag: str, pages: Iterable[Page]) -> bytes:
    root = etree.Element(f"{{{SITEMAP}}}{root_tag}", nsmap=default_namespace(SITEMAP))
    for page in pages:
        node = add(root, f"{{{SITEMAP}}}{tag}")
        add(node, f"{{{SITEMAP}}}loc", page.url)
        if page.updated_at is not None:
            add(node, f"{{{SITEMAP}}}lastmod", rfc3339(page.updated_at))
    return to_bytes(root)
