"""`mailer issue`."""
