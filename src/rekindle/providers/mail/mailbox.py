"""Polls a mailbox of leads; reads, never marks, moves or deletes."""

import ssl
from datetime import datetime, timedelta

from rekindle.kit.clock import Clock
from rekindle.providers.mail.session import Session, look
from rekindle.providers.mail.source import name_of
from rekindle.providers.mime import reading
from rekindle.providers.ports import Account, Fetched, Limit

MOST = 50  # mails a look
MOST_BYTES = 2 * reading.LIMIT
BACK = timedelta(days=2)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Mailbox:
    """What arrived in the mailbox since the last look, as events for the source `mail`."""

    provider = "mail"
    source = "mail"
    every = timedelta(minutes=1)

    def __init__(self, clock: Clock, tls: ssl.SSLContext) -> None:
        self._clock = clock
        self._tls = tls

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the same for all
        """Mail hosts close the door on those who log in all the time."""
        return (Limit("imap", 4, 60),)

    def wanted(self, account: Account) -> bool:
        """Only where a mailbox was named: mail may as well be posted to us."""
        return bool(account.get("imap_host"))

    async def since(self, cursor: str, account: Account, *, deadline: float) -> tuple[tuple[Fetched, ...], str]:
        """Mails newer than `cursor` and the next cursor; raises CallFailedError.

        With the cursor "" nothing is taken and everything from now on will be: a mailbox just connected is full of
        leads that were answered long ago. The same cursor comes back when nothing is new.
        """
        at = self._clock.now()
        return await look(account, lambda session: _since(session, cursor, at), tls=self._tls, deadline=deadline)

    async def count(self, account: Account, *, deadline: float) -> int:
        """How many mails the folder holds; raises CallFailedError."""
        return await look(account, lambda session: len(session.search("ALL")), tls=self._tls, deadline=deadline)


def _since(session: Session, cursor: str, at: datetime) -> tuple[tuple[Fetched, ...], str]:
    validity = session.number("UIDVALIDITY")
    known, last, day = _read(cursor)
    if not cursor:
        return (), _cursor(validity, max(session.number("UIDNEXT") - 1, *session.search("ALL"), 0), at)
    if known == validity:
        # "n:*" always names the last mail, even one before n (RFC 9051, 6.4.9).
        uids = [uid for uid in session.search("UID", f"{last + 1}:*") if uid > last]
    else:
        # The server gave its mails new numbers: what came since shortly before the last look. Names keep them single.
        uids, last = session.search("SINCE", day), 0
    fetched, reached = _fetch(session, uids, last)
    return fetched, cursor if (known, last) == (validity, reached) else _cursor(validity, reached, at)


def _fetch(session: Session, uids: list[int], last: int) -> tuple[tuple[Fetched, ...], int]:
    fetched: list[Fetched] = []
    total = 0
    for uid in uids[:MOST]:
        size = session.size(uid)
        if fetched and total + size > MOST_BYTES:
            break
        # Too large to take: its headers alone, so that a person hears of it.
        body = session.fetch(uid, "" if size <= reading.LIMIT else "HEADER") if size else b""
        if body:
            fetched.append(Fetched(name_of(body), "message/rfc822", body))
            total += len(body)
        last = uid
    return tuple(fetched), last


def _cursor(validity: int, uid: int, at: datetime) -> str:
    day = at - BACK
    return f"{validity}:{uid}:{day.day}-{MONTHS[day.month - 1]}-{day.year}"


def _read(cursor: str) -> tuple[int, int, str]:
    validity, _, rest = cursor.partition(":")
    uid, _, day = rest.partition(":")
    return (int(validity), int(uid), day) if validity.isdecimal() and uid.isdecimal() else (0, 0, day or "1-Jan-1970")
