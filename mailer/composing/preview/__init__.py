"""The live preview of an issue: a local page that follows the file as it is written."""
