"""A compiled issue becomes one person's message: slots, filling, MIME."""
