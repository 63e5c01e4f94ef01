"""Notices to staff by e-mail."""

import hashlib
import ssl
from uuid import UUID

from rekindle.kit.clock import Clock
from rekindle.providers.ports import (
    Account,
    CallFailedError,
    Fault,
    Limit,
    SendRefusedError,
    SendUncertainError,
    StaffNotice,
)
from rekindle.providers.smtp import compose, server, session, talk
from rekindle.providers.smtp.sender import per_minute


class SmtpNotifier:
    """One mail a person, through the office's own mail server."""

    provider = "smtp"

    def __init__(self, clock: Clock, tls: ssl.SSLContext) -> None:
        self._clock = clock
        self._tls = tls

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """The same door as for mail to leads, so the same count."""
        return (Limit("smtp", per_minute(account), 60),)

    async def tell(self, notice: StaffNotice, account: Account, *, deadline: float) -> None:
        """Raises CallFailedError, nothing else; those already told are told again when it is repeated."""
        failed: CallFailedError | None = None
        for to in notice.emails:
            try:
                await self._tell(notice, to, account, deadline / len(notice.emails))
            except CallFailedError as error:
                failed = error  # the others must hear of it all the same
        if failed is not None:
            raise failed

    async def _tell(self, notice: StaffNotice, to: str, account: Account, deadline: float) -> None:
        try:
            through = server.read(account)
            letter = compose.notice(
                _named(notice, to),
                f"{notice.title} ({notice.office})",
                f"{notice.text}\n\n{notice.url}\n",
                sender=account.get("notify_from") or f"rekindle@{through.domain}",
                to=to,
                server=through,
                at=self._clock.now(),
            )
            await talk.run(
                lambda attempt: session.deliver(letter, through, self._tls, attempt, deadline), deadline=deadline
            )
        except server.FieldsError as error:
            raise CallFailedError("fields", str(error), fault=Fault.ACCOUNT) from error
        except compose.UnsendableError as error:
            raise CallFailedError("address", str(error), fault=Fault.MESSAGE) from error
        except SendRefusedError as error:
            raise CallFailedError(error.code, error.text, fault=error.fault, retry_after=error.retry_after) from error
        except SendUncertainError as error:
            raise CallFailedError("uncertain", str(error), fault=Fault.AWAY) from error


def _named(notice: StaffNotice, to: str) -> UUID:
    """The same notice to the same person bears the same Message-ID, so that a mailbox can tell a repetition."""
    return UUID(bytes=hashlib.sha256(f"{notice.key}\n{to}".encode("utf-8", "replace")).digest()[:16])
