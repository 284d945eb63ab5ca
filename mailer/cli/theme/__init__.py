"""`mailer theme`."""
