"""An issue's text: how it is written."""
