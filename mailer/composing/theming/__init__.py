"""Theming: themes of a workspace are listed, made and checked."""
