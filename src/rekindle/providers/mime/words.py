"""A mail to our words: whose it is, and what it asks of us."""

from rekindle.decide.words import Channel
from rekindle.providers.mime import addresses, automatic, bounces, complaints, enquiry, portals, quoting
from rekindle.providers.mime.types import Mail
from rekindle.providers.ports import Ignored, OptedOut, Parsed, Reply, UnparsableError

RULE = "mail:unsubscribe"
LONGEST_BODY = 20_000

NOBODY = (
    "could not find whom this e-mail is about: no e-mail address or phone number of a person stands behind a label"
    " we know (Name, Email, Phone, Message, Property, or ADF)"
)


def words(mail: Mail, *, external_id: str, source: str) -> tuple[Parsed, ...]:
    """What the mail says; raises UnparsableError when it may be about a lead and we cannot tell about whom."""
    if complaints.is_complaint(mail):
        return (complaints.read(mail, external_id=external_id),)
    if bounces.is_bounce(mail):
        return bounces.read(mail, external_id=external_id)
    return _addressed(mail, external_id) or _without_token(mail, external_id, source)


def _addressed(mail: Mail, external_id: str) -> tuple[Parsed, ...]:
    """What a token in the address, or a machine's own word, settles; nothing when the text must tell."""
    thread = addresses.token(mail.to, "r")
    unsubscribe = addresses.token(mail.to, "u")
    if unsubscribe:  # a button presses itself: that a machine wrote it makes it no less meant
        return (_opted_out(mail, external_id, unsubscribe),)
    if automatic.answered(mail):
        return (_reply(mail, external_id, thread, automatic=True),)
    if thread:
        return (_reply(mail, external_id, thread),)
    if mail.header(bounces.OWN_ID):
        return (Ignored("a message of ours that came back to us"),)
    return ()


def _without_token(mail: Mail, external_id: str, source: str) -> tuple[Parsed, ...]:
    found = enquiry.find(mail, external_id=external_id, source=source)
    if found is not None:
        return (found,)
    if portals.name_of(mail.sender) or portals.tells_of_a_lead(mail.subject):
        raise UnparsableError(NOBODY)
    if automatic.to_many(mail):
        return (Ignored("a newsletter or a list: nobody of ours is meant"),)
    if not mail.sender or automatic.generated(mail) or addresses.machine(mail.sender):
        raise UnparsableError(NOBODY)
    return (_reply(mail, external_id, ""),)


def _reply(mail: Mail, external_id: str, thread: str, *, automatic: bool = False) -> Reply:
    if not mail.sender:
        raise UnparsableError("a reply without a sender")
    return Reply(
        external_id=external_id,
        channel=Channel.EMAIL,
        sender=mail.sender,
        to=mail.to[0] if mail.to else "",
        subject=mail.subject,
        body=quoting.new_text(mail.text)[:LONGEST_BODY],
        at=mail.date,
        thread=thread,
        authentic=mail.authentic,
        automatic=automatic,
    )


def _opted_out(mail: Mail, external_id: str, token: str) -> OptedOut:
    """Mailed by a button of the mail program (RFC 8058's older way): the token says more than the From address."""
    return OptedOut(
        external_id=external_id,
        channels=frozenset({Channel.EMAIL}),
        address=mail.sender,
        rule=RULE,
        complaint=False,
        at=mail.date,
        token=token,
    )
