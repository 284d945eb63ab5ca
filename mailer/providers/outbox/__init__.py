"""Messages as files, to look at without sending anything."""
