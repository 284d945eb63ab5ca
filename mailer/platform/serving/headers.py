"""Headers that several of our web apps send."""

from collections.abc import Mapping

EVERYWHERE: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Of every response. No page sends a referrer: its address may contain a token."""

EMAIL_POLICY = (
    "default-src 'none'; img-src 'self' https: http: data:; style-src 'unsafe-inline' https:; "
    "font-src https: data:; base-uri 'none'; form-action 'none'"
)
"""Content security policy for the HTML of an email: inline styles, pictures, no scripts."""
