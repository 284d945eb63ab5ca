"""The findings of an import as lines for a person."""

from mailer.importing.model import ImportedIssue


def format_report(imported: ImportedIssue) -> list[str]:
    """Return one line a finding: `FILE:LINE: what; what to do`, the line being the source's."""
    return [
        f"{imported.source_name}:{finding.source_line}: {finding.what};"
        f" {finding.remedy} (line {finding.issue_line} of the issue)"
        for finding in imported.findings
    ]
