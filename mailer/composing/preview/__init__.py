"""The live preview of an issue: a local page that updates as the file is written."""
