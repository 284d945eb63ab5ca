"""Pace: how fast messages may go, for all workers and hosts together (docs/decisions/0048)."""
