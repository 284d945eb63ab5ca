"""Sending: who gets an issue, when, how fast, and the books."""
