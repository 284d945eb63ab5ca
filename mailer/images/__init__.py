"""Pictures made ready for mail: read, bounded, resized, stripped, named by their content. Pure."""
