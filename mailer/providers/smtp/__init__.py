"""Sending through an SMTP server."""
