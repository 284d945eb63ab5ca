"""`mailer keys`: which secret keys links depend on, and removing one."""

from typing import Annotated

import typer
from rich.markup import escape

from mailer.cli.options import Json
from mailer.cli.shared import console, err_console, print_json

app = typer.Typer(no_args_is_help=True, help="Show the secret keys that sign links; remove one.")


@app.command("ls")
def show_all(as_json: Json = False) -> None:
    """Show the keys whose links work, the oldest first, by their fingerprints.

    Example:
      mailer keys ls
    """
    from mailer.bootstrap import open_app
    from mailer.config.keyring import fingerprint
    from mailer.config.secret_key import read_secret_keys
    from mailer.database import known_keys

    with open_app() as app:
        here = [fingerprint(key) for key in read_secret_keys(app.settings)]
        known = known_keys.fingerprints(app.engine)
    found = [
        {"fingerprint": one, "is_here": one in here, "signs": here[:1] == [one]} for one in known
    ]
    if as_json:
        print_json(found)
        return
    for one in found:
        place = "signs" if one["signs"] else "verifies" if one["is_here"] else "missing here"
        console.print(f"{one['fingerprint']}  {place}")
    if not found:
        err_console.print("no key has signed anything yet", style="dim")


@app.command("forget")
def forget(
    fingerprint: Annotated[
        str, typer.Argument(help="The key's fingerprint, as `mailer keys ls` shows it.")
    ],
) -> None:
    """Remove a key that is lost or has been replaced: its links stop working.

    Example:
      mailer keys forget 8d3f0a52c91b7e46
    """
    from mailer.bootstrap import open_app
    from mailer.database import known_keys
    from mailer.errors import NotFoundError

    with open_app() as app:
        if not known_keys.forget(app.engine, fingerprint):
            known = ", ".join(known_keys.fingerprints(app.engine)) or "none"
            raise NotFoundError(f"no secret key {fingerprint} is in use; in use: {known}")
    console.print(f"forgot secret key {escape(fingerprint)}")
