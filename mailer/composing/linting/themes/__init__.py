"""Checks on a theme: it is loaded, sets a specimen of every block, and is looked at. Pure."""

from mailer.composing.linting.themes.check import RULES, check_theme
from mailer.composing.linting.themes.specimen import Specimen

__all__ = ["RULES", "Specimen", "check_theme"]
