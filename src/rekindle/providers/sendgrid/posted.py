"""What SendGrid's Inbound Parse posts: the mail taken apart, or raw, with the verdicts of SendGrid's own checks.

Fields: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import orjson

from rekindle.providers import plain
from rekindle.providers.mime import addresses, text
from rekindle.providers.sendgrid import multipart
from rekindle.providers.sendgrid.multipart import Part

HEAD = 256 * 1024  # bytes of a raw mail in which its headers must end
_MESSAGE_ID = re.compile(rb"^message-id:[ \t\r\n]*([^\s]{1,500})", re.IGNORECASE | re.MULTILINE)
_DKIM = re.compile(r"@([\w.-]{1,255})\s{0,5}:\s{0,5}(\w{1,20})")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
VERDICTS = frozenset({"dkim", "SPF", "envelope", "headers", "from", "email"})


@dataclass(frozen=True)
class Posted:
    """The parts of one post. Of a repeated name the first counts; the text of a mail can only add later ones."""

    parts: tuple[Part, ...]

    @classmethod
    def read(cls, body: bytes, content_type: str) -> "Posted":
        """From the body; raises multipart.MultipartError."""
        return cls(multipart.read(body, content_type))

    def raw(self, name: str) -> bytes:
        """A field's bytes; empty when there is none."""
        return next((part.body for part in self.parts if part.name == name and not part.filename), b"")

    def text(self, name: str) -> str:
        """A field as text, in the charset that `charsets` gives it."""
        return text.decoded(self.raw(name), plain.line(self._charsets.get(name), limit=40) or "utf-8")

    def json(self, name: str) -> dict[str, object]:
        """A field of JSON as an object; empty when it is none."""
        try:
            said = orjson.loads(self.raw(name))
        except orjson.JSONDecodeError:
            return {}
        return said if isinstance(said, dict) else {}

    @property
    def whole(self) -> bytes:
        """The raw mail, when the account posts mail raw; empty otherwise."""
        return self.raw("email")

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """Whom the envelope names: where the mail really went, whatever its headers say."""
        to = self.json("envelope").get("to")
        named = [plain.line(one, limit=320) for one in to] if isinstance(to, list) else []
        return tuple(one for one in named if "@" in one)

    @property
    def name(self) -> str:
        """The event's id: the mail's own id and its envelope; without one of its own, everything posted."""
        head = self.raw("headers") or _BLANK_LINE.split(self.whole[:HEAD], 1)[0]
        found = _MESSAGE_ID.search(head)
        if found is None:
            return plain.hashed(b"\0".join(part.name.encode() + b"\0" + part.body for part in self.parts))
        return plain.hashed(b"\0".join((found[1], self._return_path.encode(), *sorted(self._to_bytes()))))

    @property
    def party(self) -> str:
        """The address the mail says it is from, in lower case; empty when it says none."""
        return next(iter(addresses.emails(self.text("from")[:2000])), "").lower()

    def vouched(self, sender: str) -> bool:
        """Whether DKIM or SPF passed for the very domain of the sender, by SendGrid's word.

        A verdict given twice is no verdict: the second may stand in the mail's own text.
        """
        domain = sender.rpartition("@")[2].lower()
        given = Counter(part.name for part in self.parts)
        if not domain or any(given[name] > 1 for name in VERDICTS):
            return False
        signed = [found[0] for found in _DKIM.findall(self.text("dkim")[:4000]) if found[1].lower() == "pass"]
        if any(_aligned(domain, one.lower()) for one in signed):
            return True
        spf = self.text("SPF").strip().lower() == "pass"
        return spf and _aligned(domain, self._return_path.rpartition("@")[2].lower())

    @cached_property
    def _charsets(self) -> dict[str, object]:
        return self.json("charsets")

    @cached_property
    def _return_path(self) -> str:
        return plain.line(self.json("envelope").get("from"), limit=320)

    def _to_bytes(self) -> list[bytes]:
        return [one.encode() for one in self.recipients]


def _aligned(domain: str, other: str) -> bool:
    """Relaxed alignment (RFC 7489, 3.1): one domain, or one within the other."""
    return "." in other and (domain == other or domain.endswith("." + other) or other.endswith("." + domain))
