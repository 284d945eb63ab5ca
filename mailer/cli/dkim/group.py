"""`mailer dkim`: keys that sign messages in the name of the sender's domain."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.markup import escape

from mailer.cli.options import Json
from mailer.cli.shared import console, err_console, print_json

if TYPE_CHECKING:
    from mailer.config import Settings
    from mailer.message.dkim.keys import DkimKey

app = typer.Typer(
    no_args_is_help=True, help="Manage DKIM keys, which sign messages that go out by SMTP."
)


@app.command("new")
def new(
    domain: Annotated[
        str, typer.Argument(help="The domain that signs; the sender's if not given.")
    ] = "",
    selector: Annotated[
        str, typer.Option("--selector", "-s", metavar="NAME", help="The key's name in the DNS.")
    ] = "",
    kind: Annotated[
        Literal["rsa", "ed25519"],
        typer.Option("--type", help="rsa is verified everywhere; ed25519 only by some receivers."),
    ] = "rsa",
    as_json: Json = False,
) -> None:
    """Make a key and show the DNS record that receivers verify it by.

    Publish the record first; then add the key to the section dkim of mailer.toml.

    Example:
      mailer dkim new example.org --selector news
    """
    from mailer.config import load_settings
    from mailer.message.dkim.keys import check_name, new_key, read_key
    from mailer.platform.clock import utcnow
    from mailer.platform.files import PRIVATE, write_new
    from mailer.platform.state_dir import ensure_state_dir, private_dir

    settings = load_settings()
    domain = (domain or _sender_domain(settings)).lower()
    selector = (selector or f"{kind[0]}{utcnow():%Y%m}").lower()
    check_name(domain, what="domain")
    check_name(selector, what="selector")
    folder = settings.state_dir / "dkim" / domain
    ensure_state_dir(settings.state_dir)
    private_dir(folder.parent)
    private_dir(folder)
    path = folder / f"{selector}.pem"
    try:
        write_new(path, new_key(kind), mode=PRIVATE)
    except FileExistsError:
        raise typer.BadParameter(
            f"there is such a key already: {path}", param_hint="--selector"
        ) from None
    _show_new(settings, path, read_key(path), as_json=as_json)


@app.command("ls")
def show_all(as_json: Json = False) -> None:
    """Show the keys that sign, their DNS records, and whether these are published.

    Example:
      mailer dkim ls
    """
    from mailer.config import load_settings
    from mailer.message.dkim.keys import read_key
    from mailer.message.dkim.published import look_up
    from mailer.platform.net.dns import txt_records

    settings = load_settings()
    found = []
    for path in settings.dkim_keys:
        key = read_key(path)
        publication = look_up(key.record, txt_records)
        found.append({**_facts(key, path), "dns": publication.state, "detail": publication.detail})
    if as_json:
        print_json(found)
        return
    for one in found:
        colour = "green" if one["dns"] == "published" else "yellow"
        console.print(f"[bold]{one['domain']}[/]  {one['selector']}  {one['type']}", end="  ")
        console.print(f"[{colour}]{escape(one['detail'])}[/]")
        if one["dns"] in {"missing", "different"}:
            console.print(f"  {escape(one['zone_line'])}")
    if not found:
        err_console.print("no key signs: `mailer dkim new` makes one", style="dim")


def _sender_domain(settings: "Settings") -> str:
    domain = settings.sender.email.rpartition("@")[2]
    if not domain:
        raise typer.BadParameter("name the domain, or set sender.email", param_hint="DOMAIN")
    return domain


def _show_new(settings: "Settings", path: Path, key: "DkimKey", *, as_json: bool) -> None:
    name = str(path.relative_to(settings.workspace))
    if as_json:
        print_json(_facts(key, path))
        return
    err_console.print(f"wrote {escape(name)}; publish this TXT record:", soft_wrap=True)
    console.print(escape(key.record.in_zone_file))
    err_console.print("then let the key sign, in mailer.toml:", soft_wrap=True)
    known = [*map(str, settings.dkim.keys), name]
    shown = ", ".join(f'"{one}"' for one in known)
    err_console.print(escape(f"[dkim]\nkeys = [{shown}]"), soft_wrap=True)


def _facts(key: "DkimKey", path: Path) -> dict[str, Any]:
    return {
        "domain": key.signing.domain,
        "selector": key.signing.selector,
        "type": key.kind,
        "file": str(path),
        "name": key.record.name,
        "value": key.record.value,
        "zone_line": key.record.in_zone_file,
    }
