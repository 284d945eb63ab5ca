"""What a refusal is about: the recipient, our pace, or us."""

import pytest

from mailer.providers.outcome import Cause
from mailer.providers.smtp.replies import (
    Stage,
    blames_pipelining,
    cause_of,
    enhanced_code,
    reason_of,
)

MAIL, RCPT, DATA, DOT = Stage
RECIPIENT, PACE, SENDER = Cause

CASES = [
    # Too much, too fast, or a server at its limits: Postfix, Exim, Gmail, Yahoo, Microsoft, SES
    (MAIL, "454 Throttling failure: Maximum sending rate exceeded.", PACE),
    (DOT, "454 Throttling failure: Daily message quota exceeded.", PACE),
    (RCPT, "450 too much mail", PACE),
    (RCPT, "450 4.7.1 Error: too much mail from 192.0.2.1", PACE),
    (MAIL, "452 4.3.1 Insufficient system storage", PACE),
    (MAIL, "452 too many messages", PACE),
    (MAIL, "450 4.1.8 <a@b.example>: Sender address rejected: Domain not found", PACE),
    (RCPT, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)", PACE),
    (RCPT, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited", PACE),
    (DOT, "421 4.7.28 Gmail has detected an unusual rate of email", PACE),
    (MAIL, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", PACE),
    (RCPT, "452 4.5.3 Error: too many recipients", PACE),
    (RCPT, "451 Temporary local problem - please try later", PACE),
    (RCPT, "452 requested action not taken", PACE),
    (RCPT, "450 4.3.2 Service currently unavailable", PACE),
    (RCPT, "451 4.3.0 <a@b.example>: Temporary lookup failure", PACE),
    (DATA, "450 4.0.0 no", PACE),
    (DOT, "451 4.7.0 Temporary server error. Please try again later. PRX4", PACE),
    (DOT, "452 4.3.1 disk full", PACE),
    (RCPT, "421 no more today", PACE),
    (RCPT, "454 4.7.1 <a@b.example>: Relay access denied", PACE),
    # One mailbox, for now
    (RCPT, "450 4.2.1 The user you are trying to contact is receiving mail too quickly", RECIPIENT),
    (RCPT, "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted", RECIPIENT),
    (RCPT, "451 4.7.1 Greylisting in action, please come back later", RECIPIENT),
    (RCPT, "450 mailbox busy", RECIPIENT),
    (RCPT, "450 later", RECIPIENT),
    (RCPT, "452 4.2.2 The email account that you tried to reach is over quota", RECIPIENT),
    (RCPT, "452 mailbox full", RECIPIENT),
    (RCPT, "450 4.1.2 <a@b.example>: Recipient address rejected: Domain not found", RECIPIENT),
    (RCPT, "451 4.4.3 DNS lookup of the domain failed", RECIPIENT),
    (DOT, "450 4.2.0 later", RECIPIENT),
    (DOT, "450 later", RECIPIENT),
    # One mailbox, for good
    (RCPT, "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", RECIPIENT),
    (RCPT, "550 5.1.1 User unknown in relay recipient table", RECIPIENT),
    (RCPT, "550 User unknown in relay recipient table", RECIPIENT),
    (RCPT, "550 no", RECIPIENT),
    (RCPT, "550 No such user here", RECIPIENT),
    (RCPT, "550 5.2.1 The email account that you tried to reach is disabled", RECIPIENT),
    (RCPT, "552 5.2.2 mailbox quota exceeded", RECIPIENT),
    (RCPT, "552 Requested mail action aborted: exceeded storage allocation", RECIPIENT),
    (RCPT, "552 Mailbox quota exceeded", RECIPIENT),
    (RCPT, "554 5.7.1 <a@b.example>: Recipient address rejected: Access denied", RECIPIENT),
    (RCPT, "554 delivery error: dd This user doesn't have a yahoo.com account", RECIPIENT),
    (RCPT, "553 5.3.0 <a@b.example>... User unknown", RECIPIENT),
    (RCPT, "556 5.1.10 Recipient address has null MX", RECIPIENT),
    (DOT, "550 5.1.1 no such user", RECIPIENT),
    # Us
    (RCPT, "554 5.7.1 <a@b.example>: Relay access denied", SENDER),
    (RCPT, "554 Relay access denied", SENDER),
    (RCPT, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", SENDER),
    (RCPT, "550 relay not permitted", SENDER),
    (RCPT, "550 sender rejected", SENDER),
    (RCPT, "550 Sender verify failed", SENDER),
    (RCPT, "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user", SENDER),
    (RCPT, "553 Sender address rejected: Domain not found", SENDER),
    (MAIL, "550 5.1.1 no such user", SENDER),
    (MAIL, "501 no", SENDER),
    (DOT, "554 spam", SENDER),
    (DOT, "554 5.7.1 Message rejected as spam by Content Filtering.", SENDER),
    (DOT, "554 Message rejected: Email address is not verified.", SENDER),
    (DOT, "550 5.7.515 Access denied, sending domain does not meet the level", SENDER),
    (DOT, "550-5.7.26 This mail has been blocked because the sender is unauthenticated", SENDER),
    (RCPT, "550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using a list", SENDER),
    (DOT, "550 5.4.5 Daily user sending limit exceeded.", SENDER),
    (DOT, "552 5.3.4 Message size exceeds fixed limit", SENDER),
    (RCPT, "554 no", SENDER),
    (RCPT, "503 5.5.1 bad sequence", SENDER),
    (DATA, "554 no", SENDER),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "reply", "cause"), CASES, ids=[case[1][:40] for case in CASES])
def test_a_refusal_is_about(stage: Stage, reply: str, cause: Cause) -> None:
    assert cause_of(stage, int(reply[:3]), reply[4:]) is cause


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("code", [*range(400, 600)])
def test_every_reply_has_a_cause_that_fits_its_class(stage: Stage, code: int) -> None:
    found = cause_of(stage, code, "")
    assert found in ({RECIPIENT, PACE} if code < 500 else {RECIPIENT, SENDER})


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("5.1.1 unknown", "5.1.1", "smtp_550_5.1.1"),
        ("5.1.10 null MX", "5.1.10", "smtp_550_5.1.10"),
        ("#5.7.1 no", "", "smtp_550"),
        ("unknown", "", "smtp_550"),
        ("host 10.5.1.1 unknown", "", "smtp_550"),
        ("version 5.1 only", "", "smtp_550"),
        ("", "", "smtp_550"),
    ],
)
def test_the_reason_has_the_enhanced_code(text: str, code: str, reason: str) -> None:
    assert (enhanced_code(text), reason_of(550, text)) == (code, reason)


def test_servers_that_cannot_pipeline_say_so() -> None:
    assert blames_pipelining("SMTP synchronization error")
    assert blames_pipelining("5.5.0 Error: improper use of command pipelining")
    assert not blames_pipelining("5.5.1 Error: need MAIL command")
