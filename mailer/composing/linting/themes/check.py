"""All checks on one theme, one after another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mailer.composing.linting.compat import CompatOptions, check_compiled, theme_files
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.linting.themes import language, palette, sheet
from mailer.composing.linting.themes.chain import Chain, chain_of
from mailer.composing.linting.themes.specimen import POSTAL_ADDRESS, Specimen
from mailer.composing.rendering import Theme, find_theme
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue

BROKEN = Rule(
    "theme-broken",
    Severity.ERROR,
    "a theme that cannot set an issue",
    "No issue in this theme can be compiled.",
    "correct the place that it names",
)
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rule in (BROKEN, *palette.RULES, *language.RULES, *sheet.RULES)}
)
"""The card of each rule that looks at a theme alone; those of compiled messages come on top."""


_PLACED: Mapping[str, Callable[[Finding, Chain], Finding]] = {
    "contrast-low": palette.placed,
    "text-small": sheet.placed,
}
"""Findings about the message whose place in the theme is known better here."""


def check_theme(name: str, *, roots: Sequence[Path], specimen: Specimen) -> list[Finding]:
    """Return what is wrong with the theme `name`, errors in its files included.

    Args:
        name: of a folder in one of `roots`.
        roots: folders that hold themes: the workspace's before the shipped ones.
        specimen: an issue with every block in it.
    """
    try:
        theme = find_theme(name, roots=roots)
    except RenderError as error:
        return [_broken(error, roots[0] / name)]
    compiled, broken = _compiled(theme, specimen)
    if broken or not compiled:
        return broken
    chain = chain_of(theme)
    htmls = [each.html for each in compiled]
    found = [
        *_looked_at(chain, compiled[0], specimen),
        *palette.check(chain, htmls[0]),
        *language.check(chain),
        *sheet.check(chain, htmls),
    ]
    return sorted(found, key=lambda one: (str(one.path), one.line, one.column, one.code))


def _compiled(theme: Theme, specimen: Specimen) -> tuple[list[CompiledIssue], list[Finding]]:
    compiled: list[CompiledIssue] = []
    broken: dict[str, Finding] = {}
    for source in specimen.sources():
        try:
            compiled.append(specimen.compiled(theme, source))
        except RenderError as error:
            for each in (error, *error.others):
                broken.setdefault(str(each), _broken(each, theme.folders[0]))
    return compiled, list(broken.values())


def _broken(error: RenderError, folder: Path) -> Finding:
    return Finding(
        BROKEN.code,
        BROKEN.severity,
        error.message,
        error.path or folder,
        error.line or 1,
        error.column or 1,
        why=BROKEN.why,
        fix=BROKEN.fix,
    )


def _looked_at(chain: Chain, compiled: CompiledIssue, specimen: Specimen) -> Iterator[Finding]:
    """Yield what would break in an inbox, at the theme's own lines where they are known."""
    options = CompatOptions(
        postal_address=POSTAL_ADDRESS,
        source=specimen.source,
        theme_files=theme_files(chain.theme),
    )
    for found in check_compiled(compiled, path=specimen.path, options=options):
        place = _PLACED.get(found.code)
        yield place(found, chain) if place else found
