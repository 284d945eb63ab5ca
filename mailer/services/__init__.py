"""The use cases: each reads what is, lets the domain decide, and writes what becomes."""
