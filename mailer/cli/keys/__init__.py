"""`mailer keys`: which secret keys links depend on."""
