"""Checks on the compiled message: what would break in an inbox. Pure."""
