"""One talk with a mail server, in a thread that never outlives its deadline by more than one step.

The standard library's smtplib, step by step, rather than aiosmtplib: only so do we know on which side of the final dot
a connection broke, and that dot parts "certainly not sent" from "nobody knows" (RFC 5321, 4.2.5).
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator

from rekindle.providers.ports import Fault, SendRefusedError, SendUncertainError
from rekindle.providers.smtp.attempt import Attempt
from rekindle.providers.smtp.compose import Letter
from rekindle.providers.smtp.refusals import Stage, refusal
from rekindle.providers.smtp.server import STARTTLS, TLS, Server

AWAY_SECONDS = 60.0
ACCOUNT_SECONDS = 300.0
GO_AHEAD = 354
TAKEN = range(200, 300)
REFUSED = range(400, 600)


def deliver(letter: Letter, server: Server, tls: ssl.SSLContext, attempt: Attempt, deadline: float) -> None:
    """Hand one letter over; raises SendRefusedError or SendUncertainError and nothing else."""
    with _telling(attempt), contextlib.closing(_open(server, tls, attempt, deadline)) as smtp:
        _envelope(smtp, letter)
        code, reply = smtp.docmd("DATA")
        if code != GO_AHEAD:
            raise _refused(code, reply, Stage.BODY)
        smtp.send(letter.body if letter.body.endswith(b"\r\n") else letter.body + b"\r\n")
        attempt.dot()
        smtp.send(b".\r\n")
        code, reply = smtp.getreply()
        if code in REFUSED:
            raise _refused(code, reply, Stage.BODY)
        if code not in TAKEN:
            raise SendUncertainError(f"the mail server answered {code} to a whole mail")
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.putcmd("QUIT")  # said, not waited for: the mail is theirs


def look(server: Server, tls: ssl.SSLContext, attempt: Attempt, deadline: float) -> None:
    """Connect, encrypt, log in, do nothing; raises SendRefusedError."""
    with _telling(attempt), contextlib.closing(_open(server, tls, attempt, deadline)) as smtp:
        _expect(smtp.noop(), Stage.HELLO)


def _open(server: Server, tls: ssl.SSLContext, attempt: Attempt, deadline: float) -> smtplib.SMTP:
    """Connected, encrypted as the account says, logged in."""
    if server.security == TLS:
        smtp: smtplib.SMTP = _Encrypted(attempt, server, tls, deadline)
    else:
        smtp = _Plain(attempt, server, deadline)
    try:
        _expect(smtp.ehlo(), Stage.HELLO)
        if server.security == STARTTLS:
            _expect(smtp.starttls(context=tls), Stage.HELLO)  # raises when the server does not offer it
            _expect(smtp.ehlo(), Stage.HELLO)
        if server.username:
            smtp.login(server.username, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _envelope(smtp: smtplib.SMTP, letter: Letter) -> None:
    if letter.needs_utf8 and not smtp.has_extn("smtputf8"):
        text = "this mail server takes no addresses beyond plain letters"
        raise SendRefusedError("5.6.7", text, permanent=True, fault=Fault.MESSAGE)
    wanted = ["SMTPUTF8"] if letter.needs_utf8 else []
    dsn = smtp.has_extn("dsn")
    sender = [f"SIZE={len(letter.body)}"] if smtp.has_extn("size") else []
    # RFC 3461: say by our own id which mail came back, with its headers only.
    sender += ["RET=HDRS", f"ENVID={letter.envelope_id}"] if dsn else []
    _expect(smtp.mail(letter.sender, sender + wanted), Stage.SENDER)
    _expect(smtp.rcpt(letter.to, ["NOTIFY=FAILURE"] if dsn else []), Stage.RECIPIENT)


class _Plain(smtplib.SMTP):
    """Tells the attempt of its socket before the first byte is read."""

    def __init__(self, attempt: Attempt, server: Server, deadline: float) -> None:
        self._attempt = attempt
        super().__init__(server.host, server.port, local_hostname=server.domain, timeout=deadline)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._attempt.opened(opened)
        return opened


class _Encrypted(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(self, attempt: Attempt, server: Server, tls: ssl.SSLContext, deadline: float) -> None:
        self._attempt = attempt
        super().__init__(server.host, server.port, local_hostname=server.domain, timeout=deadline, context=tls)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._attempt.opened(opened)
        return opened


def _expect(said: tuple[int, bytes], stage: Stage) -> None:
    code, reply = said
    if code not in TAKEN:
        raise _refused(code, reply, stage)


def _refused(code: int, reply: bytes, stage: Stage) -> SendRefusedError:
    if code in REFUSED:
        return refusal(code, reply, stage)
    return _away(f"the mail server talks nonsense ({code})")


def _away(text: str) -> SendRefusedError:
    return SendRefusedError("unreachable", text, permanent=False, retry_after=AWAY_SECONDS, fault=Fault.AWAY)


def _mend(code: str, text: str) -> SendRefusedError:
    return SendRefusedError(code, text, permanent=False, retry_after=ACCOUNT_SECONDS, fault=Fault.ACCOUNT)


@contextlib.contextmanager
def _telling(attempt: Attempt) -> Iterator[None]:
    """Every way a talk can break, as one of our two errors."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise refusal(error.smtp_code, error.smtp_error, Stage.LOGIN) from error
    except smtplib.SMTPNotSupportedError as error:
        raise _mend("no_encryption", "the mail server does not offer what is needed: STARTTLS, or a login") from error
    except ssl.SSLCertVerificationError as error:
        raise _mend("certificate", "the mail server's certificate is not one we trust for its name") from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, _bytes(error.smtp_error), Stage.HELLO) from error
    except (OSError, ValueError, smtplib.SMTPException) as error:
        if attempt.dot_left:
            raise SendUncertainError(
                f"the mail server did not say whether it took it ({type(error).__name__})"
            ) from error
        raise _away(f"the mail server cannot be reached or broke off ({type(error).__name__})") from error


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")
