"""Where things stand in an author's file: found by reading it, whether or not it parses."""
