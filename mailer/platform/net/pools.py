"""Connections that a guard makes, as urllib3 pools them: trusted certificates, proxies."""

import functools
import os
import socket
import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3
import urllib3.connection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from mailer.platform.net.guard import Guard

_TRUST_NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def guarded_manager(guard: Guard, proxy: str) -> urllib3.PoolManager:
    """Return a manager whose connections the guard makes."""

    class Http(HTTPConnectionPool):
        ConnectionCls: Any = staticmethod(functools.partial(_Connection, guard=guard))

    class Https(HTTPSConnectionPool):
        ConnectionCls: Any = staticmethod(functools.partial(_SecureConnection, guard=guard))

    manager: urllib3.PoolManager
    if proxy:
        login = urlsplit(proxy).netloc.rpartition("@")[0]
        headers = urllib3.make_headers(proxy_basic_auth=unquote(login)) if login else None
        manager = urllib3.ProxyManager(proxy, proxy_headers=headers)
    else:
        manager = urllib3.PoolManager()
    manager.pool_classes_by_scheme = {"http": Http, "https": Https}
    return manager


def proxy_for(url: str) -> str:
    """Return the proxy that the environment names for `url`; empty for none."""
    import urllib.request  # noqa: PLC0415 - 50 ms, and few commands fetch anything

    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


class _Connection(urllib3.connection.HTTPConnection):
    def __init__(self, *args: Any, guard: Guard, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **options)
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._guard)


class _SecureConnection(urllib3.connection.HTTPSConnection):
    def __init__(self, *args: Any, guard: Guard, **options: Any) -> None:  # noqa: ANN401 - passed on
        trusted = _trusted(*map(os.environ.get, _TRUST_NAMES))
        super().__init__(*args, **(options | {"ssl_context": trusted}))
        self._guard = guard

    def _new_conn(self) -> socket.socket:
        return _connected(self, self._guard)


def _connected(connection: urllib3.connection.HTTPConnection, guard: Guard) -> socket.socket:
    timeout: Any = connection.timeout
    return guard.connect(connection._dns_host, connection.port, timeout)  # noqa: SLF001 - the name without brackets


@functools.lru_cache(maxsize=2)
def _trusted(*_: str | None) -> ssl.SSLContext:
    """Return a context with the system's certificates, whose reading takes 50 ms.

    Args:
        _: what the environment says on where they are, as OpenSSL obeys it.
    """
    return ssl.create_default_context()
