"""Test sends: an issue to a few addresses, which nothing remembers."""
