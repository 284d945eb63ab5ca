"""Arguments and options that several commands have, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

IssueFile = Annotated[Path, typer.Argument(help="The issue file.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The subscriber's address.")]
ListSlug = Annotated[str, typer.Option("--list", "-l", metavar="SLUG", help="The mailing list.")]
SendId = Annotated[int, typer.Argument(help="Number of the send, from `mailer sends ls`.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the issue file.")]
