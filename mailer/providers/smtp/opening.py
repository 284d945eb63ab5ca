"""Opening an SMTP session: greeting, TLS and login.

What another try would not change (a certificate that is not trusted, a server without STARTTLS, a
login that is refused) is told apart from what it may.
"""

import smtplib
import socket
import ssl

from mailer.errors import (
    ProviderAuthError,
    ProviderError,
    ProviderTlsError,
    ProviderUnavailableError,
)
from mailer.providers.smtp.login import log_in
from mailer.providers.smtp.protocol import ConnectionLostError, Reply, SmtpSession, words_of
from mailer.providers.smtp.settings import SmtpSettings


def open_session(settings: SmtpSettings, context: ssl.SSLContext) -> SmtpSession:
    """Connect, greet, encrypt and log in, as `settings` say.

    Raises:
        ProviderUnavailableError: no usable session.
        ProviderTlsError: no session that could be trusted.
        ProviderAuthError: the credentials were refused, or nobody asks for them.
    """
    client: smtplib.SMTP | None = None
    try:
        client = _connect(settings, context)
        _greet(client, settings, context)
        _log_in(client, settings)
        return SmtpSession(client)
    except (OSError, ProviderError, ConnectionLostError) as error:
        if client is not None:
            client.close()
        if isinstance(error, ProviderError):
            raise
        raise _explained(error, settings) from error


def _explained(error: Exception, settings: SmtpSettings) -> ProviderError:
    server, said = settings.address, words_of(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return ProviderTlsError(
            f"the certificate of the SMTP server {server} is not trusted: {said}; name the file "
            "with its authority's certificate as [smtp] ca_file, or the server by the name in its "
            "certificate as [smtp] host"
        )
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return ProviderTlsError(
            f"TLS with the SMTP server {server} fails: {said}; check [smtp] tls and port, and "
            "client_cert_file if it asks for a certificate"
        )
    return ProviderUnavailableError(
        f"cannot use the SMTP server {server}: {said}; check [smtp] host, port and tls"
    )


def _connect(settings: SmtpSettings, context: ssl.SSLContext) -> smtplib.SMTP:
    host, port, timeout = settings.host, settings.port, settings.timeout_seconds
    # The name is given so that smtplib does not ask the resolver for one; see _greet.
    if settings.tls == "implicit":
        return smtplib.SMTP_SSL(host, port, "localhost", timeout=timeout, context=context)
    return smtplib.SMTP(host, port, "localhost", timeout=timeout)


def _greet(client: smtplib.SMTP, settings: SmtpSettings, context: ssl.SSLContext) -> None:
    client.local_hostname = settings.hello_name or _own_name(client)
    client.ehlo_or_helo_if_needed()
    if settings.tls != "starttls":
        return
    if not client.has_extn("starttls"):
        raise ProviderTlsError(
            f"the SMTP server {settings.address} does not offer STARTTLS; set [smtp] tls"
        )
    client.starttls(context=context)
    client.ehlo_or_helo_if_needed()


def _own_name(client: smtplib.SMTP) -> str:
    """Return a host name with a dot, else our address as a literal. Source: RFC 5321 4.1.3."""
    name = socket.gethostname()
    if "." in name or client.sock is None:
        return name
    address: str = client.sock.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _log_in(client: smtplib.SMTP, settings: SmtpSettings) -> None:
    if not settings.username:
        return
    try:
        log_in(client, settings)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPResponseException as error:
        if Reply(error.smtp_code, "").is_refusal and not Reply(error.smtp_code, "").is_for_good:
            raise
        raise _refused(settings, words_of(error)) from None
    except smtplib.SMTPException as error:
        raise _refused(settings, words_of(error)) from None


def _refused(settings: SmtpSettings, cause: str) -> ProviderAuthError:
    return ProviderAuthError(
        f"the SMTP server {settings.address} refuses the login: {cause}; "
        "check [smtp] username, password and auth"
    )
