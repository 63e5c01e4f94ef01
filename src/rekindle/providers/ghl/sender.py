"""Texts and e-mails through HighLevel's conversations, so that the office reads them where it works."""

import html
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from rekindle.decide.words import Channel
from rekindle.providers.calls import Answer, AwayError, NeverLeftError
from rekindle.providers.ghl import people, sent
from rekindle.providers.ghl.client import BURST, DAY, Call, GhlClient, Line, is_id
from rekindle.providers.ghl.failures import REFUSED, TIMED_OUT, failed, message
from rekindle.providers.ghl.people import Contact
from rekindle.providers.ports import (
    Accepted,
    Account,
    CallFailedError,
    CannotTell,
    Fault,
    Found,
    Limit,
    Missing,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)

AWAY_SECONDS = 30.0
LINK = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)])")
# Up to three requests a message: find the contact, make it, send.
SENDS = Limit("ghl-send", 30, 10)
SETTLED = timedelta(minutes=2)  # until then a message that is not listed may still be on its way into the list

# What a 400 says when the person or the address is the reason; the words are those its API answers with.
REASONS = (
    (("dnd is active", "unsubscribed", "opted out", "opt-out"), "unsubscribed", "GoHighLevel holds an opt-out"),
    (
        ("missing phone number", "invalid country calling code", "e-mail is invalid", "email is invalid"),
        "invalid_address",
        "GoHighLevel says that this address cannot be written to",
    ),
)


class GhlSender:
    """Implements ports.Sender. The message itself is asked for once; what comes before it is safe to repeat."""

    name = "ghl"
    channels = frozenset({Channel.SMS, Channel.EMAIL})

    def __init__(self, client: GhlClient) -> None:
        self._client = client

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 every sub-account has the same
        """What one office may send, counted in messages; the shared limits are HighLevel's own."""
        return (SENDS, BURST, DAY)

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        line = self._client.line(account, deadline)
        try:
            contact = await _contact(line, outgoing)
            if people.barred(contact, outgoing.channel):
                text = "the contact is on do-not-disturb for this channel in GoHighLevel"
                raise SendRefusedError("unsubscribed", text, permanent=True)
            answer = await line.ask(Call("POST", "/conversations/messages", body=_body(outgoing, contact, account)))
        except CallFailedError as error:
            raise _refused(error) from error
        except NeverLeftError as error:
            text = f"GoHighLevel cannot be reached ({error})"
            raise SendRefusedError("away", text, permanent=False, fault=Fault.AWAY) from error
        except AwayError as error:
            raise SendUncertainError(f"no answer from GoHighLevel ({error})") from error
        return self._read(answer)

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:
        """Whether a message with this text went to this contact since the attempt; raises SendUncertainError.

        HighLevel keeps no key of ours, so contact, direction, time and text are all there is to know it by.
        """
        line = self._client.line(account, deadline)
        try:
            found = await sent.look(line, outgoing)
        except CallFailedError as error:
            raise SendUncertainError(f"GoHighLevel's list cannot be read: {error.text}") from error
        began = outgoing.attempted_at
        if isinstance(found, Missing) and (began is None or self._client.clock.now() - began < SETTLED):
            return CannotTell()
        return found

    def _read(self, answer: Answer) -> Accepted:
        named = answer.fields().get("messageId")
        if answer.good and is_id(named):
            return Accepted(named)
        if answer.status not in REFUSED or answer.status in TIMED_OUT:
            raise SendUncertainError(f"GoHighLevel answered {answer.status}")
        if answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
            said = message(answer).lower()
            for words, code, text in REASONS:
                if any(word in said for word in words):
                    raise SendRefusedError(code, text, permanent=True)
        raise _refused(failed(answer, self._client.clock.now()))


def _refused(error: CallFailedError) -> SendRefusedError:
    """Nothing of the message has left: at the latest the request before it failed, or it was answered with a no."""
    wait = error.retry_after or (AWAY_SECONDS if error.fault is Fault.AWAY else None)
    return SendRefusedError(
        error.code, error.text, permanent=error.fault is Fault.MESSAGE, retry_after=wait, fault=error.fault
    )


async def _contact(line: Line, outgoing: Outgoing) -> Contact:
    """Found by the address the message goes to, else made; raises CallFailedError."""
    contact = await people.addressed(line, outgoing)
    if contact is not None:
        return contact
    body = {"locationId": line.location, "phone" if outgoing.channel is Channel.SMS else "email": outgoing.to}
    return people.contact_in(await line.call(Call("POST", "/contacts/upsert", body=body)))


def _body(outgoing: Outgoing, contact: Contact, account: Account) -> dict[str, Any]:
    """As SendMessageBodyDto has it, without `subType` and `status`, which it requires and callers omit."""
    common = {"type": sent.CHANNELS[outgoing.channel], "contactId": contact["id"]}
    # The address is named, not left to the contact: the gate has judged this one and no other.
    if outgoing.channel is Channel.SMS:
        sender = account.get("from_number")
        return {
            **common,
            "message": outgoing.body,
            "toNumber": outgoing.to,
            **({"fromNumber": sender} if sender else {}),
        }
    return {
        **common,
        "subject": outgoing.subject or "",
        "html": _html(outgoing.body),
        "message": outgoing.body,
        "emailTo": outgoing.to,
        "emailFrom": account.get("email_from") or outgoing.sender,
    }


def _html(text: str) -> str:
    """The text as it stands, its links made to be pressed: the one to unsubscribe must be."""
    pieces = LINK.split(text)  # text, link, text, link, ..., text
    linked = [
        f'<a href="{html.escape(piece)}">{html.escape(piece)}</a>' if place % 2 else html.escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return f'<div style="white-space: pre-wrap">{"".join(linked)}</div>'
