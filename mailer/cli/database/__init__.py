"""`mailer db`: backups of the database."""
