"""`mailer issue`: write, import and build issues."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from mailer.cli.encoding import write_document
from mailer.cli.issue import draft, lint, preview, shots, trial
from mailer.cli.issue.notes import tell_of
from mailer.cli.options import Force, IssueFile, Json
from mailer.cli.shared import STDOUT, console, err_console, print_json
from mailer.cli.stopping import when_stopped
from mailer.errors import RenderError

app = typer.Typer(no_args_is_help=True, help="Write, import, build and lint issues.")

app.command("preview")(preview.preview)
app.command("shots")(shots.shots)


@app.command("new")
def new(
    slug: Annotated[
        str, typer.Argument(help="Name in links: lower-case letters, digits, hyphens.")
    ],
    title: Annotated[str, typer.Option(help="Subject line; made from the slug by default.")] = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File to write; SLUG.md by default, - for standard output."
        ),
    ] = None,
) -> None:
    """Write a new issue file that shows the format and compiles at once.

    Example:
      mailer issue new week-42
    """
    from mailer.composing.issue.scaffold import new_issue, validate_slug
    from mailer.platform.clock import utcnow

    validate_slug(slug)
    path = output or Path(f"{slug}.md")
    text = new_issue(slug, date=utcnow().astimezone().date(), title=title)
    if path == STDOUT:
        write_document(text)
        return
    _write_new(path, text)
    console.print(f"wrote {escape(str(path))}")
    command = f"mailer issue preview {escape(str(path))}"
    err_console.print(f"next: edit it, and see it as you save:  {command}", soft_wrap=True)


_ImportOutput = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="Issue file; FILE with .md by default, - for standard output."
    ),
]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Text, HTML page, email, or export.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            help="auto, text, html, medium, substack, ghost, buttondown, listmonk or eml.",
            metavar="SOURCE",
        ),
    ] = "auto",
    output: _ImportOutput = None,
    post: Annotated[
        str | None, typer.Option("--post", metavar="SLUG", help="Which post of an export.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every post, into the folder given with -o.")
    ] = False,
    base_url: Annotated[
        str,
        typer.Option("--base-url", metavar="URL", help="The site's address, for relative links."),
    ] = "",
    force: Force = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report; write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Convert text, a page, an email or an export to issue files; no word or link is lost.

    What could not be converted is listed and marked with TODO in the file. If a file has several
    posts, they are listed, so that you can choose one.

    Examples:
      mailer issue import newsletter.txt

      mailer issue import page.html -o week-41.md --json

      mailer issue import last-week.eml --dry-run

      mailer issue import ghost-export.json --base-url https://blog.example.org

      mailer issue import substack-export.zip --post my-first-letter

      mailer issue import medium-export.zip --all -o issues
    """
    from mailer.cli.issue.importing import run

    run(
        file,
        source=_one_of_the_sources(source),
        output=output,
        post=post,
        everything=everything,
        base_url=base_url,
        force=force,
        dry_run=dry_run,
        as_json=as_json,
    )


def _one_of_the_sources(source: str) -> str:
    from mailer.composing.importing.sources import SOURCES

    if source not in SOURCES:
        raise typer.BadParameter(
            f"{source!r} is not one of {', '.join(SOURCES)}", param_hint="--from"
        )
    return source


app.command("draft")(draft.draft)
app.command("test")(trial.send_test)


@app.command("build")
def build(
    file: IssueFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print message.json.")] = False,
) -> None:
    """Compile an issue to message.html, message.txt, message.eml and message.json.

    The same file and theme give the same bytes on any machine.

    Example:
      mailer issue build week-41.md -o build
    """
    from mailer.composing.building import write_build
    from mailer.composing.compiling import compile_draft, read_draft
    from mailer.config import load_settings

    settings = load_settings(elsewhere=Path.cwd())
    with when_stopped("nothing was written"):
        compilation = compile_draft(read_draft(file), settings)
    with when_stopped(f"each file in {output} is whole, new or as it was"):
        facts = write_build(compilation.compiled, settings, output)
    if as_json:
        print_json(facts)
    else:
        _show_build(facts, output)
    tell_of(compilation, size_bytes=facts["bytes"]["html"])


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of an issue's front matter, for editors that validate YAML.

    Example:
      mailer issue schema
    """
    from mailer.composing.issue.reading.schema import front_matter_schema

    print_json(front_matter_schema())


app.command("lint")(lint.lint)


def _show_build(facts: dict[str, Any], output: Path) -> None:
    sizes = facts["bytes"]
    console.print(f"[bold]{escape(facts['subject'])}[/]")
    console.print(f"  html {sizes['html']:,} B · text {sizes['text']:,} B", style="dim")
    console.print(f"  content {facts['content_hash'][:12]}", style="dim")
    for each in facts["variants"]:
        rules = " and ".join(f"({rule})" for rule in each["for"])
        console.print(f"  {escape(each['file'])} for {escape(rules)}", style="dim")
    console.print(f"wrote {escape(str(output))}/message.html .txt .eml .json")


def _write_new(path: Path, text: str) -> None:
    from mailer.platform.files import write_new

    try:
        write_new(path, text.encode())
    except FileExistsError:
        raise RenderError(
            "is there already; nothing was written (-o names another file)", path=path
        ) from None
