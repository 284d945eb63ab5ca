"""Screenshots of an issue in every view."""
