"""Sending through SendGrid."""
