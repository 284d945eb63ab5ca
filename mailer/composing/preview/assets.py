"""The page's own files: only known names can be requested."""

from starlette.responses import HTMLResponse, Response

from mailer.platform.resources import resource_dir

_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PAGE = "page.html"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_STATE = "{{ state }}"


class Assets:
    """The files in `templates/preview/`."""

    def __init__(self) -> None:
        folder = resource_dir("templates") / "preview"
        self._files = {
            file.name: (file.read_bytes(), _MEDIA_TYPES[file.suffix])
            for file in sorted(folder.iterdir())
            if file.suffix in _MEDIA_TYPES
        }
        self._page = (folder / _PAGE).read_text(encoding="utf-8")

    def page(self, state: str) -> Response:
        """Return the page with its initial state, as JSON, in it."""
        page = self._page.replace(_STATE, state.replace("<", "\\u003c"))
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    def get(self, name: str) -> Response | None:
        """Return the file of this name; None where there is none."""
        if name not in self._files:
            return None
        body, media_type = self._files[name]
        return Response(body, media_type=media_type)
