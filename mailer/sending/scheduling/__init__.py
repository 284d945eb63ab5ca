"""Scheduling: a send that was approved now begins at a later moment."""
