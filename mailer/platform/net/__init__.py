"""Requests to the internet, guarded against private addresses."""
