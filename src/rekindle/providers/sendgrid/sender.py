"""Mail out through SendGrid: POST /v3/mail/send, which knows no idempotency key, so nothing here ever asks twice."""

from dataclasses import dataclass

import httpx

from rekindle.decide.words import Channel
from rekindle.kit.clock import Clock
from rekindle.providers import calls
from rekindle.providers.calls import Answer, AwayError, NeverLeftError
from rekindle.providers.ports import (
    Accepted,
    Account,
    CannotTell,
    Fault,
    Found,
    Limit,
    Missing,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)
from rekindle.providers.sendgrid import PROVIDER, calling, letter, search
from rekindle.providers.sendgrid.settings import SendGridSettings
from rekindle.providers.sendgrid.word import message_of

ACCEPTED, TIMED_OUT = 202, 408
# SendGrid publishes no number for today's plans (an old one says 10 000 a second); this is far below.
LIMIT = Limit("send", 300, 1)


@dataclass(frozen=True)
class SendGridSender:
    """The office's mail; every message carries its own id so that receipts and searches find it."""

    http: httpx.AsyncClient
    settings: SendGridSettings
    clock: Clock
    name: str = PROVIDER
    channels: frozenset[Channel] = frozenset({Channel.EMAIL})

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the same for every plan
        """What this account may send at most."""
        return (LIMIT,)

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        headers = calling.headers(account)
        if headers is None:
            raise SendRefusedError("no-key", "no usable API key is entered", permanent=False, fault=Fault.ACCOUNT)
        url, said = f"{self.settings.url}/v3/mail/send", letter.of(outgoing, account)
        try:
            answer = await calls.ask(self.http, "POST", url, deadline=deadline, headers=headers, json=said)
        except NeverLeftError as error:
            raise SendRefusedError("unreachable", str(error), permanent=False, fault=Fault.AWAY) from error
        except AwayError as error:
            raise SendUncertainError(str(error)) from error
        if answer.status == ACCEPTED:
            # Without its name for it the mail is accepted all the same; ours stands in, receipts carry that too.
            return Accepted(message_of(answer.headers.get("x-message-id")) or str(outgoing.message_id))
        raise self._failure(answer)

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:
        """Whether an earlier send happened, by SendGrid's own records; raises SendUncertainError."""
        headers = calling.headers(account)
        if headers is None:
            return CannotTell()
        desk = search.Desk(self.http, self.settings.url, headers, self.clock.now(), deadline)
        return await search.find(desk, outgoing)

    def _failure(self, answer: Answer) -> SendRefusedError | SendUncertainError:
        """A 5xx, and any success but 202 (200 is sandbox mode, which we never ask for), leave us not knowing."""
        text = calling.explained(answer)
        if not 400 <= answer.status < 500 or answer.status == TIMED_OUT:  # noqa: PLR2004 HTTP's refusals
            return SendUncertainError(text)
        fault = calling.fault(answer.status)
        return SendRefusedError(
            str(answer.status),
            text,
            permanent=fault is Fault.MESSAGE,
            retry_after=calling.wait(answer, self.clock.now()) if fault is Fault.BUSY else None,
            fault=fault,
        )
