"""Questions to the DNS, with a limit in time."""

import dns.exception
import dns.resolver

ANSWER_SECONDS = 3.0


class NoAnswerError(LookupError):
    """The DNS did not answer; whether there is such a record is not known."""


def txt_records(name: str, *, seconds: float = ANSWER_SECONDS) -> list[str]:
    """Return the TXT records of `name`, each in one piece; none where there is no such name.

    Args:
        name: absolute.
        seconds: longest wait, for all servers together.

    Raises:
        NoAnswerError: no server answered.
    """
    try:
        answer = dns.resolver.resolve(f"{name}.", "TXT", lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswerError(str(error)) from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
