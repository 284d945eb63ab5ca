"""`mailer issue`: write, import and build issues."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from mailer.cli import _draft, _lint, _preview, _shots, _test_send
from mailer.cli._image_notes import tell_of_images
from mailer.cli._shared import console, err_console, print_json
from mailer.errors import RenderError

if TYPE_CHECKING:
    from mailer.importing import ImportedIssue

app = typer.Typer(no_args_is_help=True, help="Write, import, build and lint issues.")

app.command("preview")(_preview.preview)
app.command("shots")(_shots.shots)


@app.command("new")
def new(
    slug: Annotated[str, typer.Argument(help="Name in links: small letters, digits, dashes.")],
    title: Annotated[str, typer.Option(help="Subject line; made from the slug by default.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; SLUG.md by default.")
    ] = None,
) -> None:
    """Write a new issue file that shows the format and compiles at once.

    Example:
      mailer issue new week-42
    """
    from mailer.clock import utcnow
    from mailer.importing.scaffold import new_issue, validate_slug

    validate_slug(slug)
    path = output or Path(f"{slug}.md")
    today = utcnow().astimezone().date()
    _write_new(path, new_issue(slug, date=today, title=title))
    console.print(f"wrote {escape(str(path))}")
    command = f"mailer issue build {escape(str(path))} -o build"
    err_console.print(f"next: edit it, then  {command}", soft_wrap=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Raw text of a newsletter, as copied from a page.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Issue file; FILE with .md by default.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the issue file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Turn raw text into an issue file; keep every word, mark what is damaged with TODO.

    Examples:
      mailer issue import newsletter.txt

      mailer issue import newsletter.txt -o week-41.md --json
    """
    from mailer.importing import decode, format_report, import_text

    imported = import_text(decode(_read(file), source_name=str(file)), source_name=str(file))
    path = output or file.with_suffix(".md")
    _write_new(path, imported.markdown, force=force)
    if as_json:
        print_json(_import_report(path, imported))
        return
    console.print(
        f"wrote {escape(str(path))}: {imported.sections} sections, {imported.items} items"
    )
    for line in format_report(imported):
        console.print(escape(line), soft_wrap=True)


app.command("draft")(_draft.draft)
app.command("test")(_test_send.send_test)


@app.command("build")
def build(
    file: Annotated[Path, typer.Argument(help="The issue file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print message.json.")] = False,
) -> None:
    """Compile an issue to message.html, message.txt, message.eml and message.json.

    The same file and theme give the same bytes on any machine.

    Example:
      mailer issue build week-41.md -o build
    """
    from mailer.config import load_settings
    from mailer.services import publishing

    settings = load_settings(elsewhere=Path.cwd())
    draft = publishing.read_draft(file)
    compiled = publishing.compile_draft(draft, settings)
    facts = publishing.write_build(compiled, settings, output)
    if as_json:
        print_json(facts)
    else:
        _show_build(facts, output)
    warn_of_draft(draft.todos, facts["bytes"]["html"])
    tell_of_images(draft, settings)


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of an issue's front matter, for editors that check YAML by one.

    Example:
      mailer issue schema
    """
    from mailer.rendering.schema import front_matter_schema

    print_json(front_matter_schema())


app.command("lint")(_lint.lint)


def warn_of_draft(todos: list[str], size: int) -> None:
    """Say what an author would want to know before anybody gets the issue."""
    from mailer.rendering.pipeline import GMAIL_CLIP_BYTES, GMAIL_WARN_BYTES

    for todo in todos:
        err_console.print(f"[yellow]todo:[/] {escape(todo)}", soft_wrap=True)
    if size >= GMAIL_WARN_BYTES:
        err_console.print(
            f"[yellow]warning:[/] {size:,} bytes of HTML: Gmail cuts off what comes after about "
            f"{GMAIL_CLIP_BYTES:,}; shorten the issue",
            soft_wrap=True,
        )


def _show_build(facts: dict[str, Any], output: Path) -> None:
    sizes = facts["bytes"]
    console.print(f"[bold]{escape(facts['subject'])}[/]")
    console.print(f"  html {sizes['html']:,} B · text {sizes['text']:,} B", style="dim")
    console.print(f"  content {facts['content_hash'][:12]}", style="dim")
    for each in facts["variants"]:
        rules = " and ".join(f"({rule})" for rule in each["for"])
        console.print(f"  {escape(each['file'])} for {escape(rules)}", style="dim")
    console.print(f"wrote {escape(str(output))}/message.html .txt .eml .json")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RenderError(error.strerror or "cannot be read", path=path) from None


def _write_new(path: Path, text: str, *, force: bool = False) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise RenderError(
            "is there already; nothing was written (-o names another file)", path=path
        ) from None


def _import_report(path: Path, imported: "ImportedIssue") -> dict[str, Any]:
    return {
        "file": str(path),
        "slug": imported.slug,
        "sections": imported.sections,
        "items": imported.items,
        "findings": imported.findings,
        "dropped": imported.dropped,
    }
