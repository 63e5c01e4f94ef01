"""The office's mail server, as its account names it."""

from dataclasses import dataclass, field

from rekindle.providers.ports import Account

STARTTLS = "starttls"
TLS = "tls"
NONE = "none"
PORTS = {STARTTLS: 587, TLS: 465, NONE: 25}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class FieldsError(Exception):
    """A field of the account cannot be used; the message says which and how it must be."""


@dataclass(frozen=True)
class Server:
    """Where to connect and as whom. `domain` stands in EHLO and Message-ID, `bounce_domain` behind bounce addresses."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    domain: str
    bounce_domain: str


def read(account: Account) -> Server:
    """The server of an account; raises FieldsError."""
    host = account.get("host").strip()
    security = account.get("security").strip().lower() or STARTTLS
    domain = account.get("from_domain").strip().lower()
    port = account.get("port").strip() or str(PORTS.get(security, 0))
    if not host or not host.isascii() or any(c.isspace() for c in host):
        raise FieldsError("the mail server's name is missing or malformed")
    if security not in PORTS:
        raise FieldsError("security must be starttls or tls")
    if security == NONE and host not in LOOPBACK:
        raise FieldsError("without encryption only a mail server on this very machine may be used")
    if not port.isdecimal() or not 0 < int(port[:6]) < 65536:  # noqa: PLR2004 what a port can be
        raise FieldsError("the port must be a number like 587")
    bounce_domain = account.get("bounce_domain").strip().lower()
    if not _is_domain(domain) or not _is_domain(bounce_domain or domain):
        raise FieldsError("the domains must look like office.example")
    return Server(host, int(port), security, account.get("username"), account.get("password"), domain, bounce_domain)


def _is_domain(said: str) -> bool:
    return said.isascii() and "." in said and all(part.replace("-", "").isalnum() for part in said.split("."))
