"""`mailer dkim`."""
