"""Drafts: a first version of an issue, made from feeds."""
