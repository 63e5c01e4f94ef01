"""Sends e-mail through the office's own mail server."""

import ssl

from rekindle.decide.words import Channel
from rekindle.kit.clock import Clock
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
)
from rekindle.providers.smtp import compose, server, session, talk

ACCOUNT_SECONDS = 300.0
PER_MINUTE = 60


class SmtpSender:
    """E-mail. SMTP knows no listing, so what became of an uncertain send only a bounce or a person can tell."""

    name = "smtp"
    channels = frozenset({Channel.EMAIL})

    def __init__(self, clock: Clock, tls: ssl.SSLContext) -> None:
        self._clock = clock
        self._tls = tls

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What the office's mail server allows a minute; 60 when nobody said."""
        return (Limit("smtp", per_minute(account), 60),)

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        try:
            through = server.read(account)
            letter = compose.letter(outgoing, through, at=self._clock.now())
        except server.FieldsError as error:
            raise SendRefusedError(
                "fields", str(error), permanent=False, retry_after=ACCOUNT_SECONDS, fault=Fault.ACCOUNT
            ) from error
        except compose.UnsendableError as error:
            raise SendRefusedError("5.6.0", str(error), permanent=True, fault=Fault.MESSAGE) from error
        await talk.run(
            lambda attempt: session.deliver(letter, through, self._tls, attempt, deadline), deadline=deadline
        )
        return Accepted(letter.message_id)

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:  # noqa: ARG002 SMTP cannot be asked
        """Nobody can tell: a mail server keeps no list for us."""
        return CannotTell()


def per_minute(account: Account) -> int:
    """The account's own pace; 60 a minute when it names none that makes sense."""
    said = account.get("per_minute")
    return min(max(int(said[:5]), 1), 10_000) if said.isdecimal() else PER_MINUTE
