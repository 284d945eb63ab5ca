"""DKIM: a signature by the sender's domain on each message that we compose (RFC 6376, RFC 8463)."""
