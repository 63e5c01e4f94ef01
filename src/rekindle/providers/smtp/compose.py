"""A mail ready for the wire: RFC 5322 bytes and its envelope."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from uuid import UUID

from rekindle.providers.ports import Outgoing
from rekindle.providers.smtp.server import Server

OWN_ID = "X-Rekindle-Id"
LINE = 76
# What we set ourselves: a second one of these makes a mail that servers refuse.
OURS = frozenset({"from", "to", "subject", "date", "message-id", "mime-version", "content-type"})
OURS |= {"content-transfer-encoding", OWN_ID.lower(), "bcc", "cc", "return-path", "sender"}

_NAME = re.compile(r"[!-9;-~]{1,76}")
_DOTS = re.compile(rb"^\.", re.MULTILINE)
_SPEC = re.compile(r"[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\"\\\x00-\x1f\x7f]{1,253}")


class UnsendableError(Exception):
    """The mail cannot be written: an address or a header is malformed."""


class _Wire(EmailPolicy):
    """The way to unsubscribe is broken between its URLs only: a longer one would be encoded, and nobody finds that."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "list-unsubscribe":
            return super().fold_binary(name, value)
        return f"{name}: {f',{self.linesep} '.join(value.split(', '))}{self.linesep}".encode("ascii")


WIRE = _Wire(linesep="\r\n")
WIRE_UTF8 = WIRE.clone(utf8=True)


@dataclass(frozen=True)
class Letter:
    """An envelope and what is in it. `body` has CRLF line ends, doubled dots, and no final dot."""

    message_id: str
    envelope_id: str
    sender: str
    to: str
    body: bytes
    needs_utf8: bool  # the server must take addresses beyond ASCII (RFC 6531)


@dataclass(frozen=True)
class _Head:
    subject: str
    sender: str
    name: str
    to: str


def letter(outgoing: Outgoing, server: Server, *, at: datetime) -> Letter:
    """One message to one person; the same message always bears the same Message-ID. Raises UnsendableError."""
    sender, to = address(outgoing.sender), address(outgoing.to)
    mail = _mail(_Head(outgoing.subject or "", sender, outgoing.sender_name, to), outgoing.body, at)
    named = f"<{outgoing.message_id}@{server.domain}>"
    try:
        mail["Message-ID"] = named
        mail[OWN_ID] = str(outgoing.message_id)
        for name, value in outgoing.headers:
            if not _NAME.fullmatch(name):
                raise UnsendableError("a header's name is malformed")
            if name.lower() not in OURS:
                mail[name] = value
    except (ValueError, MessageError) as error:
        raise UnsendableError(f"a header cannot be written ({type(error).__name__})") from error
    bounces = f"b.{outgoing.message_id.hex}@{server.bounce_domain}" if server.bounce_domain else sender
    return _closed(mail, outgoing.message_id, named, bounces, to)


def notice(message_id: UUID, title: str, text: str, *, sender: str, to: str, server: Server, at: datetime) -> Letter:
    """A notice to one of the staff; raises UnsendableError."""
    mail = _mail(_Head(title, address(sender), "Rekindle", address(to)), text, at)
    named = f"<{message_id}@{server.domain}>"
    mail["Message-ID"] = named
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note shall answer it
    return _closed(mail, message_id, named, address(sender), address(to))


def address(written: str) -> str:
    """The address with its domain in ASCII; raises UnsendableError."""
    if not _SPEC.fullmatch(written.strip()):
        raise UnsendableError("an e-mail address is malformed")
    local, _, domain = written.strip().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise UnsendableError("the domain of an e-mail address is malformed") from error


def _mail(head: _Head, body: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=WIRE)
    try:
        mail["From"] = _mailbox(_one_line(head.name), head.sender)
        mail["To"] = _mailbox("", head.to)
        mail["Subject"] = _one_line(head.subject)
        mail["Date"] = format_datetime(at)
        mail.set_content(body, charset="utf-8", cte="7bit" if _plain(body) else "quoted-printable")
    except (ValueError, MessageError, IndexError) as error:
        raise UnsendableError(f"the mail cannot be written ({type(error).__name__})") from error
    return mail


def _closed(mail: EmailMessage, message_id: UUID, named: str, sender: str, to: str) -> Letter:
    needs_utf8 = not (sender + to).isascii()
    try:
        body = mail.as_bytes(policy=WIRE_UTF8 if needs_utf8 else WIRE)
    except (ValueError, MessageError, LookupError) as error:
        raise UnsendableError(f"the mail cannot be written ({type(error).__name__})") from error
    return Letter(named, message_id.hex, sender, to, _DOTS.sub(b"..", body), needs_utf8)


def _mailbox(name: str, written: str) -> Address:
    local, _, domain = written.rpartition("@")
    return Address(name, local, domain)


def _one_line(said: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in said).split())


def _plain(body: str) -> bool:
    return body.isascii() and all(len(line) <= LINE for line in body.split("\n"))
