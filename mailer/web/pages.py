"""Pages: templates in, responses with the right headers out."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from mailer.platform.resources import resource_dir

PRIVATE: Mapping[str, str] = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""For personal pages."""

PUBLIC: Mapping[str, str] = {"Cache-Control": "public, max-age=60"}
"""For public pages."""


class Pages:
    """Renders the templates in `templates/web/`.

    Args:
        common: values that every page may use.
        stylesheet: file name of the one stylesheet that its pages carry in them.
        directory: where the templates are; the shipped ones by default.
    """

    def __init__(
        self,
        common: Mapping[str, object],
        *,
        stylesheet: str = "page.css",
        directory: Path | None = None,
    ) -> None:
        directory = directory or resource_dir("templates") / "web"
        self._environment = Environment(
            loader=FileSystemLoader(directory),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        css = (directory / stylesheet).read_text(encoding="utf-8")
        self._environment.globals.update(common, css=Markup(css))  # noqa: S704 - our own file
        self._policy = _policy(css)

    def render(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] = PRIVATE,
        **values: Any,  # noqa: ANN401 - whatever the template names
    ) -> HTMLResponse:
        """Return the page that `template` renders from `values`."""
        page = self._environment.get_template(template).render(status=status, **values)
        return HTMLResponse(
            page, status_code=status, headers={**headers, "Content-Security-Policy": self._policy}
        )

    def fragment(self, template: str, **values: Any) -> str:  # noqa: ANN401 - as above
        """Return the HTML that `template` renders from `values`, for use in another page."""
        return self._environment.get_template(template).render(**values)

    def message(self, status: int, heading: str, lead: str, *, kicker: str) -> HTMLResponse:
        """Return a page with one message."""
        return self.render("message.html", status=status, heading=heading, lead=lead, kicker=kicker)


def _policy(css: str) -> str:
    """Allow the one stylesheet, forms to ourselves, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
