"""What a worker process has learned of its provider, and what it is allowed."""

from dataclasses import dataclass

from mailer.sending.pace.adaptive import AdaptiveRate
from mailer.sending.pace.doubts import Patience
from mailer.sending.pace.limits import Limits
from mailer.sending.troubles import TroubleLog


@dataclass
class Prospects:
    """What a worker process has learned of its provider: shared by its shifts.

    Args:
        rate: how fast it may go.
        patience: with deliveries that are always the one too many.
        troubles: where it writes down what keeps it from going on.
        limits: what the operator allows.
    """

    rate: AdaptiveRate
    patience: Patience
    troubles: TroubleLog
    limits: Limits
