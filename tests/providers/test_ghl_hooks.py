"""The fake HighLevel's webhooks are genuine to our own eyes, so that what is shown with it holds for the real one."""

from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from rekindle.kit.clock import HandClock
from rekindle.providers.ghl.crm import GhlCrm
from rekindle.providers.ghl.source import GhlInbound
from rekindle.providers.ghl.source_fetched import GhlContactInbound, GhlMessageInbound
from rekindle.providers.ports import (
    Contact,
    Event,
    Parsed,
    RefusedSignatureError,
    Reply,
    Request,
    SentElsewhere,
)
from tests.conftest import NOON
from tests.providers.fake_ghl_hooks import Hook, posting
from tests.providers.ghl_side import Side, connected

URL = "https://rekindle.example/hooks/lakeside/ghl"


def taken(side: Side, hook: Hook) -> Parsed:
    """The hook as our own webhook source takes it."""
    source = GhlInbound(side.settings)
    request = Request("POST", URL, "", hook.headers, hook.body, side.clock.now())
    named = source.verify(request, side.account).external_id
    (word,) = source.parse(Event(named, hook.body, side.clock.now()), side.account)
    return word


async def test_what_people_do_there_is_told_in_signed_webhooks_that_we_believe(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(firstName="Ann", phone="+13125550142", tags=["VIP"])
        side.fake.person_changes(there["id"], dndSettings={"SMS": {"status": "active"}})
        side.fake.lead_writes(there["id"], "Is it still for sale?")
        side.fake.person_writes(there["id"], "It is")
        side.fake.person_deletes(there["id"])
        added, changed, reply, written, deleted = (taken(side, hook) for hook in side.fake.hooks.take())
        assert isinstance(added, Contact)
        assert (added.contact_id, added.phones, added.tags) == (there["id"], ("+13125550142",), ("vip",))
        assert isinstance(changed, Contact)
        assert changed.dnd == {"sms"}
        assert isinstance(reply, Reply)
        assert (reply.body, reply.contact_id) == ("Is it still for sale?", there["id"])
        assert isinstance(written, SentElsewhere)
        assert written.person == "user1"
        assert isinstance(deleted, Contact)
        assert deleted.deleted


async def test_an_altered_webhook_is_refused(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(firstName="Ann")
        (hook,) = side.fake.hooks.take()
        altered = Hook(hook.kind, hook.body.replace(b"Ann", b"Bob"), hook.at)
        request = Request("POST", URL, "", hook.headers, altered.body, clock.now())
        with pytest.raises(RefusedSignatureError):
            GhlInbound(side.settings).verify(request, side.account)


@pytest.mark.parametrize(("channel", "ids"), [("SMS", True), ("Email", True), ("Email", False)])
async def test_a_reply_has_one_name_whether_a_webhook_brought_it_or_we_read_it(
    clock: HandClock, channel: str, *, ids: bool
) -> None:
    async with connected(clock) as side:
        side.fake.message_ids = ids
        there = side.fake.person_adds(phone="+13125550142", email="ann@reed.example")
        side.fake.hooks.take()
        side.fake.lead_writes(there["id"], "Yes please", channel)
        told = taken(side, side.fake.hooks.take()[0])
        crm, cursor, found = GhlCrm(side.client), "", []
        while True:
            page = await crm.messages(side.account, since=NOON - timedelta(days=1), cursor=cursor, deadline=5)
            for event in page.events:
                stored = Event(event.external_id, event.body, clock.now())
                found += GhlMessageInbound().parse(stored, side.account)
            cursor = page.cursor
            if not cursor:
                break
        assert isinstance(told, Reply)
        assert [reply.external_id for reply in found if isinstance(reply, Reply)] == [told.external_id]


async def test_a_contact_we_read_says_the_same_as_its_webhook(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(firstName="Ann", lastName="Reed", phone="+13125550142", tags=["VIP"], source="Zillow")
        told = taken(side, side.fake.hooks.take()[0])
        page = await GhlCrm(side.client).contacts(side.account, since=NOON, cursor="", deadline=5)
        (event,) = page.events
        (read,) = GhlContactInbound().parse(Event(event.external_id, event.body, clock.now()), side.account)
        assert isinstance(told, Contact)
        assert isinstance(read, Contact)
        for name in ("contact_id", "first_name", "last_name", "phones", "tags", "source", "dnd"):
            assert getattr(read, name) == getattr(told, name)


async def test_what_we_send_comes_back_as_an_echo_of_the_same_message(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone="+13125550142")
        side.fake.hooks.take()
        body = {"type": "SMS", "contactId": there["id"], "message": "Hello"}
        headers = {"authorization": "Bearer pit-1", "version": "v3"}
        answer = await side.http.post(f"{side.wire.url}/conversations/messages", json=body, headers=headers)
        echo = taken(side, side.fake.hooks.take()[0])
        assert isinstance(echo, SentElsewhere)
        assert (echo.provider_id, echo.person) == (answer.json()["messageId"], "")


async def test_a_webhook_that_is_not_taken_waits_to_be_delivered_again(clock: HandClock) -> None:
    statuses = [429, 202, 202]

    async def hook(asked: Asked) -> Response:
        assert asked.headers["x-ghl-signature"]
        return Response(status_code=statuses.pop(0))

    async with connected(clock) as side:
        side.fake.person_adds(firstName="Ann")
        side.fake.person_adds(firstName="Bob")
        app = httpx.ASGITransport(Starlette(routes=[Route("/hooks/lakeside/ghl", hook, methods=["POST"])]))
        async with httpx.AsyncClient(transport=app) as http:
            assert await side.fake.hooks.deliver(posting(http, URL)) == 1
            assert [b"Ann" in waiting.body for waiting in side.fake.hooks.waiting] == [True]
            assert await side.fake.hooks.deliver(posting(http, URL)) == 1
        assert side.fake.hooks.waiting == []
