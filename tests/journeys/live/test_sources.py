"""Leads come from everywhere: portals' mails, ads, other CRMs, calendars. Each is one lead, answered or rightly not."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from httpx import Response

from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers import standard_webhooks
from rekindle.providers.ports import Account, Request
from tests.conftest import NOON
from tests.journeys.live import outside
from tests.journeys.live.outside import FORM, SendGrid, Twilio
from tests.journeys.live.site import DANA, Office, Site, opened
from tests.providers import adapters_calcom as calcom
from tests.providers import adapters_fub as fub
from tests.providers import adapters_meta as meta
from tests.providers import adapters_zillow as zillow
from tests.providers import fake_fub, fake_imap, fake_meta, faults, mails, throwaway_ca
from tests.providers.fake_fub import FakeFub
from tests.providers.fake_imap import FakeImap
from tests.providers.fake_meta import FakeMeta

MINUTES = timedelta(minutes=6)


@dataclass(frozen=True)
class Market:
    """An office that hears from everybody."""

    site: Site
    office: Office
    twilio: Twilio
    sendgrid: SendGrid
    meta: FakeMeta
    fub: FakeFub
    imap: FakeImap

    async def mail(self, raw: bytes, name: str = "evt_1") -> Response:
        """A mail the office's own mail server posts."""
        secret = (await self.office.values("mail"))["secret"].encode()
        signed = standard_webhooks.sign(raw, event_id=name, at=self.site.clock.now(), secret=secret)
        return await self.office.hook("mail", raw, signed, content_type="message/rfc822")

    async def meta_hook(self, body: bytes) -> Response:
        """A webhook of Meta's app, at the address all offices share."""
        return await self.site.post("/hooks/-/meta", body, {**meta.hub(_request(body), _signer("meta")), **_JSON})

    async def fub_hook(self, body: bytes) -> Response:
        """A webhook of Follow Up Boss."""
        return await self.office.hook("fub", body, fub.fub(_request(body), _signer("fub", system_key=fub.SYSTEM_KEY)))

    async def calcom_hook(self, body: bytes) -> Response:
        """A webhook of Cal.com."""
        secret = (await self.office.values("calcom"))["secret"]
        return await self.office.hook("calcom", body, calcom.cal(_request(body), _signer("calcom", secret=secret)))

    async def lead(self) -> dict[str, Any]:
        """The one lead there is, with its addresses."""
        lead = await self.office.one("select * from lead")
        points = await self.office.rows("select kind, value from contact_point order by kind, value")
        return lead | {"points": [(row["kind"], row["value"]) for row in points]}

    def written_to(self) -> list[str]:
        """Everybody who was written to."""
        mailed = [letter["personalizations"][0]["to"][0]["email"] for letter in self.sendgrid.letters]
        return [text["to"] for text in self.twilio.texts] + mailed


_JSON = {"content-type": "application/json"}


def _signer(provider: str, **values: str) -> Account:
    return Account(UUID(int=1), provider, values)


def _request(body: bytes) -> Request:
    return Request("POST", "", "", {}, body, NOON)


@pytest.fixture
async def market(db: Db, clock: HandClock, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Market]:
    people, leads, authority = FakeFub(), FakeMeta(), throwaway_ca.make(tmp_path)
    async with AsyncExitStack() as stack:
        twilio = await stack.enter_async_context(outside.twilio(clock))
        sendgrid = await stack.enter_async_context(outside.sendgrid(clock))
        graph = await stack.enter_async_context(faults.serving(leads))
        boss = await stack.enter_async_context(faults.serving(people))
        imap = await stack.enter_async_context(fake_imap.serving(FakeImap(authority.serving)))
        environ = {
            "REKINDLE_TWILIO_URL": twilio.wire.url,
            "REKINDLE_SENDGRID_URL": sendgrid.wire.url,
            "REKINDLE_META_URL": graph.url + fake_meta.VERSION,
            "REKINDLE_META_APP_SECRET": meta.SECRET,
            "REKINDLE_META_VERIFY_TOKEN": "verify-token-of-ours",
            "REKINDLE_FUB_URL": boss.url + "/v1",
            "REKINDLE_MAIL_CA": str(authority.file),
        }
        site = await stack.enter_async_context(opened(db, clock, keyring, tmp_path, environ))
        office = await site.open_office()
        accounts = {
            "twilio": outside.TWILIO,
            "sendgrid": outside.SENDGRID,
            "meta": {
                "page_id": fake_meta.PAGE,
                "page_token": fake_meta.TOKEN,
                "sms_consent_question": "may_we_text_you?",
            },
            "fub": {
                "api_key": fake_fub.KEY,
                "system": "Rekindle",
                "system_key": fub.SYSTEM_KEY,
                "activation_tags": "rekindle",
            },
            "calcom": {},
            "zillow": {},
            "mail": {
                "trusted_authserv": "mx.lakeside.example",
                "imap_host": "127.0.0.1",
                "imap_port": str(imap.port),
                "imap_user": "leads",
                "imap_password": "app-password",
            },
        }
        for provider, values in accounts.items():
            looked = await office.connect(provider, values)
            assert looked is not None
            assert looked.now == "ok", f"{provider}: {looked.note}"
        yield Market(site, office, twilio, sendgrid, leads, people, imap)


async def test_a_portals_mail_is_a_lead_that_is_answered_by_mail_and_never_texted(market: Market) -> None:
    for name in ("evt_1", "evt_2"):  # the mail server tried twice
        assert (await market.mail(mails.raw("portal_table"), name)).status_code == 200
    await market.site.pass_time(timedelta(days=30))
    lead = await market.lead()
    assert (lead["first_name"], lead["last_name"]) == ("Ann", "Lee")
    assert lead["points"] == [("email", "ann.lee@mail.example"), ("phone", "+13125550142")]
    assert set(market.written_to()) == {"ann.lee@mail.example"}, "a portal passes on no consent to texts"


async def test_an_adf_mail_is_the_lead_inside_of_it(market: Market) -> None:
    await market.mail(mails.raw("adf_attached"))
    await market.site.pass_time(MINUTES)
    lead = await market.lead()
    assert (lead["first_name"], lead["last_name"]) == ("Hana", "Ito & Sons")
    assert ("email", "hana@mail.example") in lead["points"]
    assert market.written_to() == ["hana@mail.example"]


async def test_a_mail_fetched_from_the_mailbox_and_posted_as_well_is_one_lead(market: Market) -> None:
    market.imap.put(mails.raw("portal_table"), at=market.site.clock.now() - timedelta(days=400))
    await market.site.tick()
    assert await market.office.rows("select 1 from lead") == [], "what was there before is the past"
    market.imap.put(mails.raw("portal_lines"), at=market.site.clock.now())
    await market.site.pass_time(MINUTES)
    await market.site.tick()
    await market.mail(mails.raw("portal_lines"))
    await market.site.pass_time(MINUTES)
    assert (await market.lead())["first_name"] == "Carl"
    assert market.written_to() == ["carl.diaz@mail.example"]


async def test_a_mail_nobody_can_read_waits_for_a_person_who_makes_a_lead_of_it(market: Market) -> None:
    await market.mail(mails.raw("unread_portal"))
    await market.site.turn()
    assert await market.office.outcomes("mail") == ["dead"]
    assert await market.office.rows("select 1 from lead") == []
    manager = await market.office.signed_in()
    page = await manager.get("/dead-letters")
    assert page.status_code == 200
    assert "Somebody looked at your listing" in page.text
    [event] = await market.office.rows("select event_id from inbox_job")
    given = {"name": "Gil Orr", "email": "gil@mail.example"}
    made = await manager.post(f"/dead-letters/{event['event_id']}/lead", data=given)
    assert made.headers["location"] == "/dead-letters?done=by-hand"
    await market.site.pass_time(MINUTES)
    assert (await market.lead())["points"] == [("email", "gil@mail.example")]
    assert market.written_to() == ["gil@mail.example"]


async def test_a_lead_of_an_ad_is_fetched_at_meta_and_answered_as_far_as_it_agreed(market: Market) -> None:
    body = meta.body(meta.update(fake_meta.LEAD["id"]))
    for _ in range(3):
        assert (await market.meta_hook(body)).status_code == 200
    forged = await market.site.post("/hooks/-/meta", body, {"x-hub-signature-256": "sha256=" + "0" * 64, **_JSON})
    assert forged.status_code == 401
    await market.site.pass_time(MINUTES)
    lead = await market.lead()
    assert lead["points"] == [("email", "ann@mail.example"), ("phone", "+13125550142")]
    assert sorted(market.written_to()) == ["+13125550142", "ann@mail.example"], "yes to: may we text you?"


async def test_a_person_tagged_in_follow_up_boss_becomes_a_lead_and_one_without_the_tag_is_left_alone(
    market: Market,
) -> None:
    added = (market.site.clock.now()).isoformat().replace("+00:00", "Z")
    market.fub.people["1234"] |= {"created": added, "tags": ["Buyer"]}
    await market.fub_hook(fub.hook("peopleCreated", 1234, event_id="e-1"))
    await market.site.pass_time(MINUTES)
    assert (await market.lead())["first_name"] == "Ann"
    assert market.written_to() == []
    market.fub.people["1234"] |= {"tags": ["Buyer", "rekindle"], "updated": "2026-11-24T18:20:00Z"}
    for _ in range(2):
        await market.fub_hook(fub.hook("peopleTagsCreated", 1234, event_id="e-2"))
    await market.site.pass_time(MINUTES)
    await market.lead()
    assert set(market.written_to()) <= {"ann@mail.example"}


async def test_a_booking_at_cal_com_ends_the_follow_up_of_its_lead(market: Market) -> None:
    await market.office.form(DANA | {"email": "ann@mail.example"})
    await market.site.pass_time(MINUTES)
    before = len(market.written_to())
    lead = await market.lead()
    booked = calcom.hook(metadata={"lead": str(lead["id"])})
    for _ in range(2):
        assert (await market.calcom_hook(booked)).status_code == 200
    await market.site.pass_time(timedelta(days=20))
    assert (await market.lead())["stage"] == "appointment"
    assert await market.office.rows("select 1 from enrollment where state = 'active'") == []
    assert len(market.written_to()) == before


async def test_a_rental_enquiry_of_zillow_is_answered_by_mail_once(market: Market) -> None:
    path = (await market.office.values("zillow"))["path_token"]
    body = urlencode(zillow.ENQUIRY).encode()
    for _ in range(2):
        assert (await market.office.hook(f"zillow/{path}", body, {}, content_type=FORM)).status_code == 200
    assert (await market.office.hook("zillow/guess", body, {}, content_type=FORM)).status_code == 401
    await market.site.pass_time(MINUTES)
    lead = await market.lead()
    assert (lead["kind"], lead["first_name"]) == ("renter", "Ann")
    assert "income" not in str(lead["attributes"]).lower()
    assert market.written_to() == ["ann@mail.example"]
