"""One look into a mailbox over IMAP (RFC 9051, and 3501 before it), read-only, in a thread with a deadline."""

import asyncio
import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from rekindle.providers.ports import Account, CallFailedError, Fault

PORT = 993
T = TypeVar("T")

# Threads of their own: a mail server that hangs must not hold up what else the process does in threads.
_THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="imap")
_NUMBERS = re.compile(rb"\d+")
_PLAIN = re.compile(r"[\x20-\x7e]+")


class Session:
    """A mailbox opened with EXAMINE: nothing in it can be changed, not even what is read."""

    def __init__(self, imap: imaplib.IMAP4) -> None:
        self._imap = imap

    def number(self, name: str) -> int:
        """UIDVALIDITY, UIDNEXT or another number the server told on opening; 0 when it did not."""
        _, said = self._imap.response(name)
        found = _NUMBERS.search(said[0]) if said and isinstance(said[0], bytes) else None
        return int(found[0][:12]) if found else 0

    def search(self, *terms: str) -> list[int]:
        """UIDs that match, smallest first."""
        said = self._told(self._imap.uid("SEARCH", *terms))
        return sorted({int(n[:12]) for part in said if isinstance(part, bytes) for n in _NUMBERS.findall(part)})

    def size(self, uid: int) -> int:
        """The bytes of a mail; 0 when it is gone."""
        said = self._told(self._imap.uid("FETCH", str(uid), "(RFC822.SIZE)"))
        found = re.search(rb"RFC822\.SIZE (\d{1,12})", said[0]) if said and isinstance(said[0], bytes) else None
        return int(found[1]) if found else 0

    def fetch(self, uid: int, what: str) -> bytes:
        """BODY.PEEK of a mail, which leaves it unseen; empty when it is gone."""
        said = self._told(self._imap.uid("FETCH", str(uid), f"(BODY.PEEK[{what}])"))
        return next((part[1] for part in said if isinstance(part, tuple)), b"")

    def _told(self, answer: tuple[str, list[Any]]) -> list[Any]:
        status, said = answer
        if status != "OK":
            raise CallFailedError(status, "the mail server refused to list the mailbox", fault=Fault.AWAY)
        return said


class _Imap(imaplib.IMAP4_SSL):
    """Names its socket before the first byte is read, so that a server that drips can be cut off."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext, deadline: float, opened: list[socket.socket]) -> None:
        self._opened = opened
        super().__init__(host, port, ssl_context=tls, timeout=deadline)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        made: socket.socket = super()._create_socket(timeout)  # type: ignore[misc]
        self._opened.append(made)
        return made


async def look(account: Account, work: Callable[[Session], T], *, tls: ssl.SSLContext, deadline: float) -> T:
    """Connect, log in, open the folder, work; raises CallFailedError and nothing else."""
    opened: list[socket.socket] = []
    running = asyncio.get_running_loop().run_in_executor(_THREADS, _look, account, work, tls, deadline, opened)
    try:
        async with asyncio.timeout(deadline):
            return await asyncio.shield(running)
    except TimeoutError as error:
        running.add_done_callback(lambda done: done.cancelled() or done.exception())
        for each in opened:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # what wakes the thread
        raise CallFailedError("timeout", "the mail server did not answer in time", fault=Fault.AWAY) from error


def _look(
    account: Account, work: Callable[[Session], T], tls: ssl.SSLContext, deadline: float, opened: list[socket.socket]
) -> T:
    try:
        port = int(account.get("imap_port") or PORT)
        imap = _Imap(account.get("imap_host"), port, tls, deadline, opened)
    except ssl.SSLCertVerificationError as error:
        text = "the mail server's certificate is not one we trust for its name"
        raise CallFailedError("certificate", text, fault=Fault.ACCOUNT) from error
    except (OSError, ValueError, imaplib.IMAP4.error) as error:
        raise CallFailedError("unreachable", "the mail server cannot be reached", fault=Fault.AWAY) from error
    try:
        _open(imap, account)
        return work(Session(imap))
    except (OSError, ValueError, imaplib.IMAP4.error, IndexError, TypeError) as error:
        raise CallFailedError("talk", "the mail server broke off or talks nonsense", fault=Fault.AWAY) from error
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            imap.logout()
        with contextlib.suppress(OSError):
            imap.shutdown()  # a logout that fails leaves the connection open


def _open(imap: imaplib.IMAP4, account: Account) -> None:
    folder = account.get("imap_folder") or "INBOX"
    user, password = account.get("imap_user"), account.get("imap_password")
    if not all(_PLAIN.fullmatch(said) for said in (folder, user, password)):
        text = "user, password and folder must be plain letters, digits and signs"
        raise CallFailedError("fields", text, fault=Fault.ACCOUNT)
    try:
        imap.login(_quoted(user), password)  # it quotes the password by itself, and nothing else
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        text = "the mail server refused the user name or password"
        raise CallFailedError("login", text, fault=Fault.ACCOUNT) from error
    status, _ = imap.select(_quoted(folder), readonly=True)
    if status != "OK":
        raise CallFailedError("folder", f"the mailbox has no folder {folder!r}", fault=Fault.ACCOUNT)


def _quoted(said: str) -> str:
    return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'
