"""Writing an issue's file: its tree to Markdown that our parser reads back as that tree.

`normal_issue`, `normal_blocks` and `normal_words` say which tree that is where the format has no
way to write the one that was given: blanks at the ends of emphasised words stand outside of them,
and nothing is empty. To a reader's eye it is the same.
"""

from mailer.composing.issue.writing.escaping import normal_address, write_comment
from mailer.composing.issue.writing.front_matter import unfielded
from mailer.composing.issue.writing.issue import write_blocks, write_issue, write_words
from mailer.composing.issue.writing.normal_blocks import normal_blocks
from mailer.composing.issue.writing.normal_issue import normal_issue
from mailer.composing.issue.writing.normal_words import normal_words, plain_line

__all__ = [
    "normal_address",
    "normal_blocks",
    "normal_issue",
    "normal_words",
    "plain_line",
    "unfielded",
    "write_blocks",
    "write_comment",
    "write_issue",
    "write_words",
]
