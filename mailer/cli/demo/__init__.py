"""`mailer demo`."""
