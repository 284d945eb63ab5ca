"""Public pages: the archive, pictures, unsubscribing."""
