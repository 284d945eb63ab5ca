"""Mailer: newsletter delivery that accounts for every recipient."""

__version__ = "0.1.0"
