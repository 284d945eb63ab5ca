"""The ledger: the rows behind a send, and the journal of hand-overs."""
