"""Importing subscribers from CSV files."""
