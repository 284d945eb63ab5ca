"""`mailer subscriber`."""
