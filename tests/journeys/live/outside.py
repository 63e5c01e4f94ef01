"""The world outside: Twilio and SendGrid as small fakes that share the story's clock, and the webhooks they sign."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson

from rekindle.kit.clock import Clock
from rekindle.kit.db import Row
from rekindle.providers.twilio import verify
from tests.journeys.live.site import PUBLIC, Office
from tests.providers import adapters_sendgrid as sg
from tests.providers import fake_sendgrid, faults
from tests.providers.fake_sendgrid import FakeSendGrid
from tests.providers.fake_twilio import NUMBER, SID, TOKEN, FakeTwilio
from tests.providers.faults import Replied, Wire
from tests.providers.framing import Asked

TWILIO = {"account_sid": SID, "auth_token": TOKEN, "from_number": NUMBER, "per_second": "100"}
REPLY_DOMAIN = "parse.lakeside.example"
SENDGRID = {
    "api_key": fake_sendgrid.KEY,
    "from_email": "hello@lakeside.example",
    "event_public_key": sg.public(),
    "parse_public_key": sg.public(sg.POLICY),
    "reply_domain": REPLY_DOMAIN,
}
DANAS_PHONE, DANAS_MAIL = "+13125550142", "dana@mail.example"
FORM = "application/x-www-form-urlencoded"
_TOKEN = re.compile(r"^[ru]\.([a-z2-7]{42})@")


@dataclass
class Twilio:
    """What the story holds of Twilio."""

    fake: FakeTwilio
    wire: Wire
    clock: Clock
    _numbers: int = 0

    @property
    def texts(self) -> list[dict[str, Any]]:
        """Every text it took, oldest first."""
        return self.fake.messages

    def asked(self) -> list[dict[str, str]]:
        """The forms of all attempts to send, those it did not answer too."""
        return [asked.form() for asked in self.wire.requests if asked.method == "POST"]

    async def receipt(self, office: Office, message: Row, status: str, **more: str) -> httpx.Response:
        """A status callback at the address that message itself named."""
        callback = next(form["StatusCallback"] for form in self.asked() if str(message["id"]) in form["StatusCallback"])
        path = callback.removeprefix(f"{PUBLIC}/hooks/{office.made.slug}/").partition("#")[0]
        sid = next(
            row["sid"] for row in self.texts if row["sid"] == message["provider_id"] or not message["provider_id"]
        )
        given = {"AccountSid": SID, "From": NUMBER, "MessageSid": sid, "MessageStatus": status, "SmsSid": sid,
                 "SmsStatus": status, "To": message["address"], **more}  # fmt: skip
        return await self._hook(office, path, urlencode(given).encode())

    async def text(self, office: Office, words: str, *, sender: str = DANAS_PHONE, **more: str) -> httpx.Response:
        """A text from a lead's phone."""
        self._numbers += 1
        sid = f"SM{self._numbers:032d}"
        given = {"AccountSid": SID, "Body": words, "From": sender, "MessageSid": sid, "NumMedia": "0", "SmsSid": sid,
                 "SmsStatus": "received", "To": NUMBER, **more}  # fmt: skip
        return await self._hook(office, "twilio", urlencode(given, quote_via=quote).encode())

    async def _hook(self, office: Office, path: str, body: bytes) -> httpx.Response:
        signature = verify.signature(f"{PUBLIC}/hooks/{office.made.slug}/{path}", body, TOKEN)
        return await office.hook(path, body, {"x-twilio-signature": signature}, content_type=FORM)


@dataclass
class SendGrid:
    """What the story holds of SendGrid."""

    fake: FakeSendGrid
    wire: Wire
    clock: Clock
    letters: list[dict[str, Any]] = field(default_factory=list)  # to leads, whole
    notices: list[dict[str, Any]] = field(default_factory=list)  # to staff

    async def events(self, office: Office, *events: Mapping[str, object]) -> httpx.Response:
        """A batch of its Event Webhook."""
        body = sg.batch(*(dict(event) for event in events))
        return await office.hook("sendgrid", body, sg.signed(body, int(self.clock.now().timestamp())))

    def event(self, kind: str, message: Row, **more: object) -> dict[str, object]:
        """One event about a message of ours."""
        stamp = int(self.clock.now().timestamp())
        named = f"{kind}-{message['id']}-{len(more)}"
        return sg.event(kind, email=message["address"], timestamp=stamp, sg_event_id=named, send_id=str(message["id"]),
                        sg_message_id=f"{message['provider_id']}.filter0001.1.0") | more  # fmt: skip

    async def mail(self, office: Office, words: str, *, to: str, sender: str, **more: str) -> httpx.Response:
        """A mail to the inbound domain, as Inbound Parse posts it; `more` changes its form fields."""
        domain = sender.rpartition("@")[2]
        head = sg.HEADERS.replace("ann@lake.example", sender).replace("r.tok123abc@parse.lakeside.example", to)
        head = head.replace("<m1@lake.example>", f"<{abs(hash((words, to, sender)))}@{domain}>")
        form = sg.REPLY | {
            "headers": head, "to": to, "from": sender, "text": words, "dkim": f"{{@{domain} : pass}}",
            "envelope": orjson.dumps({"to": [to], "from": sender}).decode(), **more,
        }  # fmt: skip
        body = sg.form(form)
        path = f"sendgrid-mail/{(await office.values('sendgrid'))['parse_path']}"
        signed = sg.signed(body, int(self.clock.now().timestamp()), sg.POLICY)
        return await office.hook(path, body, signed, content_type=sg.FORM)


def reply_token(letter: Mapping[str, Any]) -> str:
    """What stands before the @ of a letter's Reply-To, after its mark."""
    found = _TOKEN.match(letter["reply_to"]["email"])
    assert found is not None, letter
    return found[1]


@asynccontextmanager
async def twilio(clock: Clock) -> AsyncIterator[Twilio]:
    """Twilio on loopback, on the story's clock."""
    fake = FakeTwilio()

    def handle(asked: Asked) -> Replied:
        fake.at = clock.now()
        return fake(asked)

    async with faults.serving(handle) as wire:
        yield Twilio(fake, wire, clock)


@asynccontextmanager
async def sendgrid(clock: Clock) -> AsyncIterator[SendGrid]:
    """SendGrid on loopback."""
    fake = FakeSendGrid(domains=[{"domain": "lakeside.example", "valid": True}])

    def handle(asked: Asked) -> Replied:
        if asked.plain_path == "/v3/mail/send":
            letter = asked.json()
            assert isinstance(letter, dict)
            (outside.letters if "custom_args" in letter else outside.notices).append(letter)
        return fake.handle(asked)

    async with faults.serving(handle) as wire:
        outside = SendGrid(fake, wire, clock)
        yield outside
