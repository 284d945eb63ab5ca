"""An issue: its tree, and how its file is read and written."""
