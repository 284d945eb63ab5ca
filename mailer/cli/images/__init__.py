"""`mailer images`."""
