"""TLS and logging in: what is verified, what is refused, what is never shown."""

import shutil
import ssl
from pathlib import Path
from typing import Any

import pytest
from fakes.certificates import Authority, make_authority
from fakes.smtp import MODERN, SmtpServer
from provider_kit import IDENTITY, ISSUE, Notes, readers, states

from mailer.errors import (
    ConfigurationError,
    ProviderAuthError,
    ProviderError,
    ProviderTlsError,
    ProviderUnavailableError,
)
from mailer.providers.smtp.provider import SmtpProvider
from mailer.providers.smtp.settings import SmtpSettings
from mailer.states import DeliveryState

LOGIN = ("editor", "s3cret-Passwort")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def provider(server: SmtpServer, **changes: Any) -> SmtpProvider:
    return SmtpProvider(SmtpSettings(**{"port": server.port, "timeout_seconds": 5, **changes}))


def deliver(smtp: SmtpProvider) -> dict[int, DeliveryState]:
    connection = smtp.connect(ISSUE, IDENTITY)
    try:
        return states(connection.hand_over(readers(3), journal=Notes()))
    finally:
        connection.close()


def tls_server(authority: Authority, mode: str) -> SmtpServer:
    offers = (*MODERN, "STARTTLS") if mode == "starttls" else MODERN
    return SmtpServer(
        extensions=offers, context=authority.context, is_implicit=mode == "implicit", login=LOGIN
    )


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_messages_go_over_tls_after_a_login(authority: Authority, mode: str) -> None:
    server = tls_server(authority, mode)
    with server.running():
        smtp = provider(
            server, tls=mode, ca_file=str(authority.ca_file), username=LOGIN[0], password=LOGIN[1]
        )
        assert set(deliver(smtp).values()) == {DeliveryState.ACCEPTED}
        assert "logged in" in smtp.check()
    assert len(server.taken) == 3


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_an_unknown_authority_is_not_trusted(authority: Authority, mode: str) -> None:
    server = tls_server(authority, mode)
    with server.running(), pytest.raises(ProviderTlsError, match=r"certificate.*\[smtp\] ca_file"):
        provider(server, tls=mode).connect(ISSUE, IDENTITY)
    assert not any(command.startswith(("MAIL", "AUTH")) for command in server.commands)


def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    other = make_authority(tmp_path, address="192.0.2.1")
    server = tls_server(other, "implicit")
    with server.running(), pytest.raises(ProviderTlsError, match=r"certificate.*\[smtp\] ca_file"):
        provider(server, tls="implicit", ca_file=str(other.ca_file)).connect(ISSUE, IDENTITY)


def test_starttls_is_not_given_up_where_it_is_not_offered() -> None:
    server = SmtpServer(login=LOGIN)
    with server.running(), pytest.raises(ProviderTlsError, match="does not offer STARTTLS"):
        provider(server, tls="starttls", username=LOGIN[0], password=LOGIN[1]).check()
    assert not any(command.startswith("AUTH") for command in server.commands)


def test_a_wrong_password_pauses_the_send_and_is_not_shown() -> None:
    server = SmtpServer(login=LOGIN)
    with server.running(), pytest.raises(ProviderAuthError, match=r"\[smtp\] username") as caught:
        provider(server, username=LOGIN[0], password="not-this-one").check()
    assert "not-this-one" not in str(caught.value)
    assert "535" in str(caught.value)


def test_a_login_that_nobody_asks_for_pauses_the_send() -> None:
    server = SmtpServer()
    with server.running(), pytest.raises(ProviderAuthError):
        provider(server, username="someone", password="something").check()


def test_a_login_refused_for_now_is_tried_again() -> None:
    server = SmtpServer(login=LOGIN, login_refusal="454 4.7.0 not now")
    with server.running(), pytest.raises(ProviderUnavailableError, match="454"):
        provider(server, username="someone", password="something").check()


@pytest.mark.parametrize("auth", ["plain", "login", "xoauth2"])
@pytest.mark.parametrize("password", ["s3cret", "пароль-密码"])
def test_each_way_to_log_in_works_and_tells_a_wrong_password(auth: str, password: str) -> None:
    server = SmtpServer(login=("editor", password), extensions=(*MODERN, f"AUTH {auth.upper()}"))
    with server.running():
        smtp = provider(server, username="editor", password=password, auth=auth)
        assert set(deliver(smtp).values()) == {DeliveryState.ACCEPTED}
        with pytest.raises(ProviderAuthError, match="535"):
            provider(server, username="editor", password="other", auth=auth).check()


def test_tls_from_the_first_byte_to_a_server_without_it_names_the_setting() -> None:
    server = SmtpServer()
    with server.running(), pytest.raises(ProviderTlsError, match=r"\[smtp\] tls"):
        provider(server, tls="implicit").check()


def test_starttls_that_is_refused_for_now_is_tried_again() -> None:
    server = SmtpServer(extensions=(*MODERN, "STARTTLS"), starttls="454 4.7.0 not now")
    with server.running(), pytest.raises(ProviderUnavailableError, match="454"):
        provider(server, tls="starttls").check()


def test_a_server_that_asks_for_a_certificate_gets_ours(
    authority: Authority, tmp_path: Path
) -> None:
    shutil.copy(authority.chain_file, tmp_path / "ours.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.chain_file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.ca_file)
    server = SmtpServer(context=context, is_implicit=True)
    settings = {"tls": "implicit", "ca_file": str(authority.ca_file)}
    with server.running():
        ours = SmtpSettings(port=server.port, client_cert_file="ours.pem", **settings)
        assert set(deliver(SmtpProvider(ours, workspace=tmp_path)).values()) == {
            DeliveryState.ACCEPTED
        }
        with pytest.raises(ProviderError):
            provider(server, **settings).check()
    (tmp_path / "ours.pem").write_text("no certificate")
    with pytest.raises(ConfigurationError, match=r"client_cert_file .*ours\.pem"):
        SmtpProvider(ours, workspace=tmp_path)


@pytest.mark.parametrize("name", ["mail.example.org", "[192.0.2.1]"])
def test_the_name_in_ehlo_can_be_set(name: str) -> None:
    server = SmtpServer()
    with server.running():
        provider(server, hello_name=name).check()
    assert server.commands[0].upper() == f"EHLO {name}".upper()


@pytest.mark.parametrize("name", ["localhost", "a b.example", "x.example\r\nRSET", "-.example"])
def test_a_name_that_no_server_would_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="hello_name"):
        SmtpSettings(hello_name=name)


def test_a_server_with_only_foreign_mechanisms_pauses_the_send() -> None:
    server = SmtpServer(login=LOGIN, extensions=("AUTH GSSAPI",))
    with server.running(), pytest.raises(ProviderAuthError):
        provider(server, username="someone", password="something").check()


def test_a_password_in_any_script_works() -> None:
    server = SmtpServer(login=("editor", "пароль-密码"))
    with server.running():
        smtp = provider(server, username="editor", password="пароль-密码")
        assert set(deliver(smtp).values()) == {DeliveryState.ACCEPTED}
    with server.running(), pytest.raises(ProviderAuthError):
        provider(server, username="editor", password="пароль").check()


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_a_ca_file_that_is_none_is_refused_at_once(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(ConfigurationError, match=r"\[smtp\] ca_file .*ca\.pem"):
        SmtpProvider(SmtpSettings(tls="starttls", ca_file="ca.pem"), workspace=tmp_path)


def test_the_password_is_in_no_repr() -> None:
    assert "hush" not in repr(SmtpSettings(username="me", password="hush"))
