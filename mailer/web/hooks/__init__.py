"""Webhooks: what providers post to us."""
