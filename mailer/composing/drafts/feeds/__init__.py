"""Reading feeds: RSS, Atom and JSON Feed become entries."""
