"""AUTH: how a user name and a password, or an access token, are shown to the server.

`smtplib` knows PLAIN, LOGIN and CRAM-MD5, in ASCII only; the rest is here.

Source: RFC 4954 (AUTH), RFC 4616 (PLAIN, in UTF-8); LOGIN as in draft-murchison-sasl-login;
XOAUTH2 as Google's and Microsoft's documentation of it says.
"""

import base64
import smtplib

from mailer.providers.smtp.protocol import Reply
from mailer.providers.smtp.settings import SmtpSettings

_GO_ON = 334


def log_in(client: smtplib.SMTP, settings: SmtpSettings) -> None:
    """Log in, by the mechanism that the settings name or by one that the server offers.

    Raises:
        smtplib.SMTPException: the login is refused, or nobody asks for one.
    """
    username, password = settings.username, settings.password.get_secret_value()
    if settings.auth == "auto" and f"{username}{password}".isascii():
        client.login(username, password)
        return
    client.ehlo_or_helo_if_needed()
    if settings.auth == "login":
        _log_in_login(client, username, password)
    elif settings.auth == "xoauth2":
        _say(client, "AUTH XOAUTH2", f"user={username}\x01auth=Bearer {password}\x01\x01")
    else:
        _say(client, "AUTH PLAIN", f"\0{username}\0{password}")


def _log_in_login(client: smtplib.SMTP, username: str, password: str) -> None:
    code, text = client.docmd("AUTH", "LOGIN")
    for word in (username, password):
        if code != _GO_ON:
            break
        code, text = client.docmd(_encoded(word))
    _check(code, text)


def _say(client: smtplib.SMTP, command: str, secret: str) -> None:
    code, text = client.docmd(command, _encoded(secret))
    if code == _GO_ON:  # what is wrong, in Base64; an empty line gets the refusal itself
        code, text = client.docmd("")
    _check(code, text)


def _check(code: int, text: bytes) -> None:
    if not Reply(code, "").is_positive:
        raise smtplib.SMTPAuthenticationError(code, text)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
