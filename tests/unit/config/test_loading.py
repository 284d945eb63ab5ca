"""Settings from mailer.toml and the environment, and how each mistake is told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from mailer.config import Settings, load_settings
from mailer.errors import ConfigurationError
from mailer.providers.registry import KINDS

Load = Callable[..., Settings]
Tell = Callable[..., str]
DATABASE = "postgresql+psycopg://u:p@db/news"
*_FIRST, _LAST = map(repr, KINDS)
CHOICES = f"{', '.join(_FIRST)} or {_LAST}"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a loader of settings from a text and an environment."""

    def loader(text: str = "", **environ: str) -> Settings:
        (tmp_path / "mailer.toml").write_text(text, encoding="utf-8")
        return load_settings(tmp_path, environ=environ)

    return loader


@pytest.fixture
def tell(load: Load) -> Tell:
    """Return a function that gives the error of bad settings, which is one line."""

    def teller(text: str = "", **environ: str) -> str:
        with pytest.raises(ConfigurationError) as caught:
            load(text, **environ)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return teller


def test_nothing_needs_to_be_set(load: Load, tmp_path: Path) -> None:
    settings = load()
    assert settings.provider == "outbox"
    assert settings.workspace == tmp_path.resolve()
    assert settings.state_dir == tmp_path.resolve() / ".mailer"
    assert settings.outbox.path_in(settings.workspace) == tmp_path.resolve() / "outbox"
    assert settings.smtp.ca_file_in(settings.workspace) is None
    assert settings.worker.concurrency >= 1


def test_environment_before_file_before_toml(load: Load, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from file\n")
    toml = '[smtp]\npassword = "from toml"\nhost = "toml.example"'
    in_file = {"MAILER_SMTP__PASSWORD_FILE": str(secret)}
    assert load(toml).smtp.password.get_secret_value() == "from toml"
    assert load(toml, **in_file).smtp.password.get_secret_value() == "from file"
    direct = load(toml, **in_file, MAILER_SMTP__PASSWORD="from environment")
    assert direct.smtp.password.get_secret_value() == "from environment"
    assert direct.smtp.host == "toml.example"


def test_empty_variable_counts_as_unset(load: Load) -> None:
    assert load("[web]\nport = 81", MAILER_WEB__PORT="", MAILER_NO_SUCH="").web.port == 81


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
@pytest.mark.parametrize("name", ["DATABASE_URL", "MAILER_DATABASE_URL"])
def test_database_url_in_every_spelling(load: Load, scheme: str, name: str) -> None:
    settings = load(**{name: f"{scheme}://u:p@db/news"})
    assert settings.database_url.get_secret_value() == DATABASE


def test_our_own_name_goes_before_the_plain_one(load: Load) -> None:
    settings = load(REDIS_URL="redis://plain", MAILER_REDIS_URL="redis://ours")
    assert settings.redis_url.get_secret_value() == "redis://ours"


@pytest.mark.parametrize(
    ("host", "tls"),
    [("127.0.0.1", "none"), ("localhost", "none"), ("::1", "none"), ("mx.example", "starttls")],
)
def test_tls_unless_the_server_is_this_machine(load: Load, host: str, tls: str) -> None:
    assert load(MAILER_SMTP__HOST=host).smtp.tls == tls
    assert load(MAILER_SMTP__HOST=host, MAILER_SMTP__TLS="implicit").smtp.tls == "implicit"


def test_broker_for_celery(load: Load) -> None:
    assert load().celery_broker_url("redis://h/1") == "redis://h/1"
    unix = load().celery_broker_url("unix:///run/a%20b.sock?db=3")
    assert unix == "redis+socket:///run/a%20b.sock?virtual_host=3"
    rabbit = load(MAILER_BROKER_URL="amqp://u:p@rabbit//")
    assert rabbit.celery_broker_url("redis://h/1") == "amqp://u:p@rabbit//"


def test_addresses_are_normalised(load: Load) -> None:
    settings = load('[sender]\nemail = " Ann@Bücher.example "\n[web]\nbase_url="https://a.test/"')
    assert settings.sender.email == "Ann@xn--bcher-kva.example"
    assert settings.web.base_url == "https://a.test"


def test_settings_are_frozen_and_keep_secrets(load: Load) -> None:
    settings = load(DATABASE_URL="postgresql://u:hunter2@db/x", MAILER_SMTP__PASSWORD="hunter2")
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in settings.model_dump_json()
    with pytest.raises(ValidationError):
        settings.provider = "smtp"


def test_what_other_programs_put_into_the_environment(load: Load) -> None:
    load(
        MAILER_WORKSPACE="x",
        MAILER_EMBEDDED_LINGER_SECONDS="1",
        MAILER_PORT="tcp://10.0.0.1:80",
        MAILER_SERVICE_HOST="10.0.0.1",
        MAILER_WEB_SERVICE_PORT_HTTP="80",
        MAILER_PORT_80_TCP_ADDR="10.0.0.1",
    )


def test_byte_order_mark_and_windows_line_ends(load: Load) -> None:
    assert load('\ufeffprovider = "smtp"\r\n[web]\r\nport = 81\r\n').web.port == 81


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('provider = "smpt"', f"line 1: provider must be {CHOICES}, not"),
        ("\n[smtp]\nport = 0", "line 3: smtp.port must be 1 or more, not 0"),
        ('[smtp]\nport = "x"', "line 2: smtp.port must be a whole number, not 'x'"),
        ("[smtp]\nport = 2.5", "line 2: smtp.port must be a whole number, not 2.5"),
        ("[smtp]\ntimeout_seconds = nan", "line 2: smtp.timeout_seconds must be"),
        ("smtp.host = 3", "line 1: smtp.host must be text in quotes, not 3"),
        ('smtp = {host = "a b"}', "line 1: smtp.host must be the name or address of a host"),
        ('[outbox]\ndirectory = ""', "line 2: outbox.directory must not be empty"),
        ('[sender]\nemail = "me"', "line 2: sender.email is not an email address"),
        ('[sender]\nname = "a\\nBcc: b"', "line 2: sender.name must be one line"),
        ('[web]\nbase_url = "a.test"', "line 2: web.base_url must be an address as https://"),
        ("[web]\nbase_url = 'https://a\"b.test'", "line 2: web.base_url must be an address as"),
        ('[web]\nbase_url = "http://u:p@a"', "line 2: web.base_url must not contain a login"),
        ('[web]\nbase_url = "http://a:x"', "line 2: web.base_url has a port that is not"),
        ('[issue]\nlanguage = "a b"', "line 2: issue.language must be a language tag"),
        ('[issue]\ntheme = "../x"', "line 2: issue.theme must consist of letters"),
        ("[smpt]\nhost = 'x'", "line 2: unknown section [smpt]; did you mean smtp?"),
        ("[smtp]\nhots = 'x'", "line 2: unknown key smtp.hots; did you mean host?"),
        ("[web]\nprovider = 'x'", "line 2: unknown key web.provider; provider belongs above"),
        ("base_url = 'x'", "line 1: unknown key base_url; base_url belongs below [web]"),
        ("sender = 'x'", "line 1: sender is a section; write [sender]"),
        ("[smtp.host]\nname = 'x'", "line 2: unknown key smtp.host.name"),
        ("[smtp]\nport = 0\nhots = 1", "line 3: unknown key smtp.hots; did you mean host? (and 1"),
        ("a = ?", "line 1, column 5: not valid TOML: Invalid value"),
        ("[smtp", "mailer.toml: not valid TOML: Expected ']'"),
    ],
)
def test_mistake_in_the_file(tell: Tell, text: str, line: str) -> None:
    assert line in tell(text)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("MAILER_SMPT__HOST", "x", "MAILER_SMPT__HOST: there is no such setting; did you mean"),
        ("MAILER_SMTP_HOST", "x", "did you mean MAILER_SMTP__HOST?"),
        ("MAILER_SMTP_PORT", "25", "did you mean MAILER_SMTP__PORT?"),
        ("MAILER_SMTP__HOST_FILE", "x", "did you mean MAILER_SMTP__HOST?"),
        ("MAILER_WEB__PORT", "x", "MAILER_WEB__PORT: web.port must be a whole number, not 'x'"),
        ("MAILER_SECRET_KEY_FILE", "/no/such", "the file /no/such cannot be read (No such file"),
        ("MAILER_SECRET_KEY", "hunter2", "secret_key must have at least 32 characters"),
        ("DATABASE_URL", "mysql://u:hunter2@db/x", "DATABASE_URL: database_url must start with"),
        ("REDIS_URL", "hunter2", "REDIS_URL: redis_url must start with one of redis://"),
        ("MAILER_BROKER_URL", "sqs://hunter2", "broker_url must start with one of"),
        ("REDIS_URL", "redis://:hunter2@h:x/0", "redis_url has a port that is not a number"),
        ("MAILER_SMTP__PASSWORD", "hunter2\nx", "smtp.password must be one line"),
    ],
)
def test_mistake_in_the_environment(tell: Tell, name: str, value: str, line: str) -> None:
    told = tell(**{name: value})
    assert line in told
    assert "hunter2" not in told


def test_mistake_in_a_secret_file_names_the_file(tell: Tell, tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("hunter2")
    told = tell(MAILER_SECRET_KEY_FILE=str(secret))
    assert told.startswith(f"MAILER_SECRET_KEY_FILE ({secret}): secret_key must have")
    secret.write_text(" \n")
    assert "is empty" in tell(MAILER_SECRET_KEY_FILE=str(secret))


def test_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "mailer.toml").write_bytes(b"# caf\xc3\xa9\n[sender]\nname = 'caf\xe9'\n")
    with pytest.raises(ConfigurationError, match=r"mailer.toml line 3: not UTF-8"):
        load_settings(tmp_path, environ={})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('provider = "sendgrid"', "sendgrid.api_key is missing"),
        ('provider = "smtp"\n[smtp]\nusername = "me"', "smtp.password is missing"),
        ('provider = "smtp"\n[smtp]\npassword = "x"', "smtp.username is missing"),
        ('provider = "smtp"\n[smtp]\nca_file = "ca.pem"', "smtp.ca_file: there is no file"),
        ("", "sender.email is missing"),
        ('[sender]\nemail = "a@b.test"', "sender.postal_address is missing"),
    ],
)
def test_what_only_sending_needs(load: Load, text: str, line: str) -> None:
    settings = load(text)
    with pytest.raises(ConfigurationError) as caught:
        settings.require_sendable()
    assert line in str(caught.value)


def test_all_that_sending_needs(load: Load) -> None:
    load('[sender]\nemail = "a@b.test"\npostal_address = "1 High St"').require_sendable()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://bücher.example/ä b", ""),
        ("https://bücher.example:8080/ä/", "https://xn--bcher-kva.example:8080/%C3%A4"),
        ('https://a.test/x"y%20z//', "https://a.test/x%22y%20z"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://" + "ü" * 70 + ".example", ""),
    ],
)
def test_links_begin_with_what_headers_can_carry(load: Load, written: str, meant: str) -> None:
    source = f"[web]\nbase_url = '{written}'\n"
    if meant:
        assert load(source).web.base_url == meant
        return
    with pytest.raises(ConfigurationError, match="must be an address as"):
        load(source)
