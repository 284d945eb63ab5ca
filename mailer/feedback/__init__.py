"""What comes back from outside, as received: bytes in, events out. Pure."""
