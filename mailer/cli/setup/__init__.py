"""`mailer init`, `mailer doctor` and the database's commands."""
