"""`mailer send`, `mailer sends` and `mailer explain`."""
