"""Ways to send. All read alike and pass one contract suite: `tests/contract/providers`."""
