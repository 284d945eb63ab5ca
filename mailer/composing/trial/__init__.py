"""Test sends: an issue to a few addresses, without any record."""
