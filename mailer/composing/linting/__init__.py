"""Lint an issue: rules that look at its file, its tree and what it compiles to. Pure."""
