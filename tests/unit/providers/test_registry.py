"""A provider is a folder and a line in the registry: nothing else in the product names one."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import mailer
from mailer.config import Settings, fill_template
from mailer.providers.kind import ProviderKind
from mailer.providers.registry import KINDS, template_of

PRODUCT = Path(mailer.__file__).parent
PROVIDERS = PRODUCT / "providers"
SPEAKS_OF_ONE_BY_CHOICE = {
    "cli/demo/opening.py",  # sends by SMTP to the inbox of this machine
    "cli/demo/steps.py",  # bounces as SendGrid does
    "composing/linting/rules/tracking.py",  # domains of services that rewrite links
    "composing/drafts/issue_files.py",  # folders without issues, the outbox among them
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> ProviderKind[Any]:
    return KINDS[request.param]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PRODUCT.rglob("*.py")):
        yield path.relative_to(PRODUCT).as_posix(), ast.parse(path.read_bytes())


def provider_of(module: str) -> str | None:
    """Return the provider whose folder `mailer.providers.NAME...` is."""
    parts = module.split(".")
    is_inside = parts[:2] == ["mailer", "providers"] and len(parts) > 2
    return parts[2] if is_inside and parts[2] in KINDS else None


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_only_a_provider_imports_its_own_folder() -> None:
    for path, tree in modules():
        parts = path.split("/")
        own = parts[1] if parts[0] == "providers" else None
        foreign = {provider_of(module) for module in imported(tree)} - {None, own}
        assert not foreign, path


def test_nothing_else_names_a_provider() -> None:
    for path, tree in modules():
        if path.startswith("providers/") or path in SPEAKS_OF_ONE_BY_CHOICE:
            continue
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not KINDS.keys() & (texts | names), path


def test_every_folder_is_registered() -> None:
    assert {path.parent.name for path in PROVIDERS.glob("*/kind.py")} == KINDS.keys()
    assert {name: kind.name for name, kind in KINDS.items()} == {name: name for name in KINDS}


def test_its_section_is_in_a_new_workspace_with_every_key(kind: ProviderKind[Any]) -> None:
    own = tomllib.loads(template_of(kind.name))
    assert own.keys() == {kind.name}
    assert own[kind.name].keys() == kind.settings.model_fields.keys()
    assert tomllib.loads(fill_template())[kind.name] == own[kind.name]
    assert f'"{kind.name}"' in fill_template().split("provider = ")[0]


def test_it_can_be_chosen(kind: ProviderKind[Any], tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, provider=kind.name)
    assert settings.account.kind is kind
    assert settings.account.settings == kind.settings()
    assert settings.account.section == kind.name
    assert kind.guessed_rate > 0
    assert isinstance(settings.account.host, str)


def test_its_secrets_are_in_no_repr(kind: ProviderKind[Any], tmp_path: Path) -> None:
    secrets = {
        name: "hunter2"
        for name, field in kind.settings.model_fields.items()
        if field.annotation is SecretStr
    }
    settings = Settings.model_validate({"workspace": tmp_path, kind.name: secrets})
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in repr(settings.account)


def test_the_doctor_hears_of_it_in_lines(kind: ProviderKind[Any], tmp_path: Path) -> None:
    account = Settings(workspace=tmp_path).account_at(kind.name)
    for result in account.doctor_checks():
        assert result.status in {"ok", "warn", "fail"}
        assert "\n" not in result.detail
        assert bool(result.advice) == (result.status != "ok")
