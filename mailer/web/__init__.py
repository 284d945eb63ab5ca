"""The public pages, the webhooks and the health check. HTTP statuses are chosen only here."""
