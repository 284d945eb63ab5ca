"""Pace: how fast messages may go, whatever the number of workers and hosts (docs/decisions/0048)."""
