"""`mailer lists`."""
