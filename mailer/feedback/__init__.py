"""Feedback from providers: stored requests, events, and what they change."""
