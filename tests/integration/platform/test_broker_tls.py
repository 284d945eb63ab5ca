"""A broker with TLS: its certificate is checked, signature and name, unless the URL says not to."""

from pathlib import Path

import pytest
from fakes.certificates import make_authority
from kombu.exceptions import OperationalError
from odd_server import odd_server

from mailer.platform.broker import connect_briefly, make_celery
from mailer.platform.settings.urls import kombu_url


def _trouble(url: str) -> str:
    with (
        make_celery(kombu_url(url)) as app,
        pytest.raises(OperationalError) as error,
        connect_briefly(app, seconds=5),
    ):
        pass
    return str(error.value)


@pytest.mark.parametrize("scheme", ["rediss", "amqps"])
def test_a_certificate_that_nobody_signed(scheme: str, tmp_path: Path) -> None:
    with odd_server(b"", tls=make_authority(tmp_path).context) as port:
        assert "certificate verify failed" in _trouble(f"{scheme}://127.0.0.1:{port}/0")


@pytest.mark.parametrize("scheme", ["rediss", "amqps"])
def test_a_certificate_for_another_name(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path, host="other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with odd_server(b"", tls=authority.context) as port:
        assert "not valid for" in _trouble(f"{scheme}://127.0.0.1:{port}/0")


@pytest.mark.parametrize("scheme", ["rediss", "amqps"])
def test_the_right_certificate(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with odd_server(b"", tls=authority.context) as port:
        assert "certificate" not in _trouble(f"{scheme}://127.0.0.1:{port}/0")


def test_options_of_the_url_go_first(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    with odd_server(b"", tls=authority.context) as port:
        url = f"rediss://127.0.0.1:{port}/0"
        assert "certificate" not in _trouble(f"{url}?ssl_ca_certs={authority.ca_file}")
        assert "certificate" not in _trouble(f"{url}?ssl_cert_reqs=none")
