"""URLs of the database and of the broker: the spellings people use, and the ones libraries want."""

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

_POSTGRES = re.compile(r"^(?:postgres|postgresql)(?:\+psycopg)?://")
REDIS_SCHEMES = ("redis", "rediss", "unix")
_HOST = re.compile(r"[A-Za-z0-9._-]+(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_IN_PATHS = "%/:=&~+!$,;'@()*"
BROKER_SCHEMES = (*REDIS_SCHEMES, "redis+socket", "amqp", "amqps", "pyamqp")


def database_url(text: str) -> str:
    """Return `text` as SQLAlchemy wants it for psycopg 3.

    Raises:
        ValueError: not a PostgreSQL URL. The text is not repeated: it may hold a password.
    """
    if not text:
        return ""
    if not _POSTGRES.match(text):
        raise ValueError("must start with postgresql://, as postgresql://user:password@host/name")
    _check_login(text)
    _check_port(text)
    return _POSTGRES.sub("postgresql+psycopg://", text)


def url_with_scheme(text: str, schemes: tuple[str, ...]) -> str:
    """Return `text` if it is empty or a URL of one of `schemes`.

    Raises:
        ValueError: it is neither. The text is not repeated: it may hold a password.
    """
    scheme, separator, _ = text.partition("://")
    if text and (not separator or scheme not in schemes):
        wanted = ", ".join(f"{name}://" for name in schemes)
        raise ValueError(f"must start with one of {wanted}")
    _check_login(text)
    _check_port(text)
    _check_redis_database(text, scheme)
    return text


def _check_redis_database(text: str, scheme: str) -> None:
    parts = urlsplit(text)
    in_path = "" if scheme in {"unix", "redis+socket"} else parts.path.strip("/")
    options = parse_qs(parts.query)
    numbers = [in_path, *options.get("db", ()), *options.get("virtual_host", ())]
    if scheme.startswith(("redis", "unix")) and not all(
        one.isascii() and one.isdigit() for one in numbers if one
    ):
        raise ValueError("must end with the number of a database, as redis://host:6379/0")


def kombu_url(text: str) -> str:
    """Return a broker URL as Celery wants it.

    `unix:///path?db=1` is `redis+socket://` there, and `rediss://` accepts every certificate
    where the URL does not ask for more.
    """
    parts = urlsplit(text)
    query = parse_qs(parts.query)
    if parts.scheme == "rediss" and "ssl_cert_reqs" not in query:
        options = f"{parts.query}&" if parts.query else ""
        return urlunsplit(parts._replace(query=f"{options}ssl_cert_reqs=required"))
    if parts.scheme != "unix":
        return text
    login = f":{quote(parts.password, safe='')}@" if parts.password else ""
    path = quote(unquote(parts.path), safe="/")
    return f"redis+socket://{login}{path}?virtual_host={query.get('db', ['0'])[0]}"


def redis_url_of(kombu: str) -> str:
    """Return the address of a broker as redis-py reads it; empty where it is not a Redis.

    Args:
        kombu: as from `kombu_url`.
    """
    if not kombu.startswith("redis+socket://"):
        return kombu if kombu.startswith(("redis://", "rediss://")) else ""
    parts = urlsplit(kombu)
    number = parse_qs(parts.query).get("virtual_host", ["0"])[0]
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"unix://{login}{parts.path}?db={number}"


def web_url(text: str) -> str:
    """Return the base of our links: http or https, no slash at the end, as headers carry it.

    `https://bücher.example/ä` becomes `https://xn--bcher-kva.example/%C3%A4`.

    Raises:
        ValueError: not such an address.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"\s", text):
        raise ValueError("must be an address as https://news.example.org")
    if parts.query or parts.fragment:
        raise ValueError("must not contain ? or #")
    if "@" in parts.netloc:
        raise ValueError("must not contain a login: it goes into every message")
    _check_port(text)
    path = quote(parts.path, safe=_IN_PATHS).rstrip("/")
    return f"{parts.scheme}://{_ascii_host(parts.netloc)}{path}"


def _ascii_host(netloc: str) -> str:
    try:
        found = netloc if netloc.isascii() else netloc.encode("idna").decode("ascii")
    except UnicodeError:
        found = ""
    if not _HOST.fullmatch(found):
        raise ValueError("must be an address as https://news.example.org")
    return found


def _check_login(text: str) -> None:
    """Refuse a password that would be cut in two, and be shown in part as a host or a port.

    Raises:
        ValueError: a character with a meaning of its own is in it. The text is not repeated.
    """
    place, _, rest = re.sub("[/?#]", "/", text.partition("://")[2]).partition("/")
    login = place.rpartition("@")[0]
    is_cut = ":" in place and "@" in rest
    if "@" in login or is_cut or _BARE_PERCENT.search(login):
        raise ValueError(
            "has a user name or password with a character that must be percent-encoded: "
            "write @ as %40, / as %2F, : as %3A, ? as %3F, # as %23, % as %25"
        )


def _check_port(text: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("has a host that cannot be read") from None
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("has a port that is not a number from 0 to 65535") from None
