"""Requests to strangers' servers: one guarded HTTP client, for feeds and for links."""
