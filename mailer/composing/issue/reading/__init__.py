"""Reading an issue file: from Markdown with front matter to the tree."""
