"""The recorded no: the one expression by which every query knows it."""

OBJECTION = """
CASE
    WHEN p.id IS NULL THEN 'erased'
    WHEN x.reason IS NOT NULL THEN 'suppressed_' || x.reason
    WHEN s.state IS NULL THEN 'not_subscribed'
    WHEN s.state <> 'active' THEN s.state::text
END
"""
"""Why a delivery must not be handed over; NULL where nothing speaks against it.

Of the subscriber `p`, the suppression `x` of their address and their subscription `s` to the
send's mailing list, each by a LEFT JOIN.
"""
