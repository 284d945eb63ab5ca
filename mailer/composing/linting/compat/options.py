"""What the checks on a compiled message go by: clients, thresholds, what is known around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailer.message.compiled import Slot

DEFAULT_CLIENTS = (
    "apple-mail",
    "gmail.desktop-webmail",
    "gmail.ios",
    "gmail.android",
    "outlook.windows",
    "outlook.outlook-com",
    "outlook.macos",
    "outlook.ios",
    "outlook.android",
    "yahoo",
    "samsung-email",
    "thunderbird.macos",
)
"""Who reads newsletters. Outlook on Windows is two: `outlook.windows`, which renders as Word does,
and the new one, which is the web's (`outlook.outlook-com`)."""


@dataclass(frozen=True, slots=True)
class CompatOptions:
    """Thresholds, and what the rules cannot see in the HTML itself.

    Args:
        clients: mail clients that must do: caniemail's family (`gmail`, for all its platforms) or
            family and platform (`gmail.ios`).
        min_support: share of them, 0 to 1, that a feature must work in; below it is a warning.
        error_support: below this share it is an error.
        allow: caniemail features (`css-display-flex`) that are never reported.
        slots: of the compiled issue: they say which token is the unsubscribe link.
        unsubscribe_url: what stands in for it where the tokens are filled already.
        postal_address: what must be found in the message; "" is reported as missing, None is not
            looked for.
        content_width: CSS pixels of the widest picture; 0 takes what the message's layout says.
        image_bytes: size of picture files by the address in the message, as far as it is known.
        image_warn_bytes: a heavier picture is a warning.
        image_error_bytes: a heavier picture is an error.
        own_hosts: hosts whose invisible pictures are ours.
        own_pictures: addresses of pictures that we host: where they are is no choice of the author.
        size_warn_bytes: HTML from here on is a warning.
        size_error_bytes: HTML from here on is an error: Gmail would clip it.
        tracked_link_bytes: length of a link once the provider counts clicks on it; 0 where it does
            not (then links go out as they are). SendGrid's have some 300 to 500.
        unsubscribe_url_bytes: length of a filled unsubscribe address.
        field_bytes: typical length of a filled merge field.
        source: the author's file; findings then say where the offending words stand in it.
        theme_files: text of the theme's files by path; what comes from the theme is then reported
            where it stands there.
    """

    clients: tuple[str, ...] = DEFAULT_CLIENTS
    min_support: float = 0.95
    error_support: float = 0.25
    allow: frozenset[str] = frozenset()
    slots: tuple[Slot, ...] = ()
    unsubscribe_url: str = ""
    postal_address: str | None = None
    content_width: int = 0
    image_bytes: Mapping[str, int] = field(default_factory=dict)
    image_warn_bytes: int = 500_000
    image_error_bytes: int = 2_000_000
    own_hosts: frozenset[str] = frozenset()
    own_pictures: frozenset[str] = frozenset()
    size_warn_bytes: int = 85_000
    size_error_bytes: int = 100_000
    tracked_link_bytes: int = 0
    unsubscribe_url_bytes: int = 120
    field_bytes: int = 12
    source: str = ""
    theme_files: Mapping[Path, str] = field(default_factory=dict)

    def theme_file(self, name: str) -> Path | None:
        """Return the theme's most specific file of that name; None where no theme is known."""
        return next((path for path in self.theme_files if path.name == name), None)
