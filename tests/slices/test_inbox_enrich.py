"""Looking a lead up: fills what nobody stated, costs what it costs once, and an outage leaves the lead usable."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from rekindle.errands.types import Kind
from rekindle.inbox import enrich
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, CallFailedError, Enriched, Enrichment, Fault, Subject
from tests.slices.inbox_world import ANN, MAIL, Outside, World, asks

BOB = "+17735550101"
NOTHING = Enrichment(found=False, facts=(), emails=(), phones=(), credits=0)


class People(Outside):
    """A provider that knows people."""

    async def enrich(self, subject: Subject, account: Account, *, callback: str, deadline: float) -> Enrichment:
        assert deadline > 0
        assert account.get("token") == "t"
        return self.answer((subject, callback))  # type: ignore[no-any-return]


def knows(*facts: tuple[str, str], **more: Any) -> Enrichment:
    given: dict[str, Any] = {"emails": (), "phones": (), "credits": 1.0} | more
    return Enrichment(found=True, facts=facts, **given)


@pytest.fixture
def people() -> People:
    made = People()
    made.then(NOTHING)
    return made


@pytest.fixture
async def w(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring, people: People) -> World:
    made = World(db, office_id, clock, keyring, enrichers=("brook",))
    made.handlers = {
        Kind.ENRICH: enrich.handler(
            db, keyring, clock, made.line, {"brook": people}, base_url="https://lakeside.example"
        )
    }
    await made.connect()
    return made


async def arrives(w: World, **given: Any) -> None:
    await w.say("e1", asks("e1", **given), source="form")


async def kept(w: World) -> dict[str, Any]:
    [row] = await w.rows("select state, reason, credits, filled from enrichment")
    return row


async def test_a_new_lead_is_asked_about_and_what_nobody_stated_is_filled_in(w: World, people: People) -> None:
    people.now(knows(("city", "Chicago"), ("title", "Nurse"), ("first_name", "Anna"), ("state", "TX")))
    await arrives(w, name="Ann Lee", city="", state="IL")
    await w.run()
    lead = await w.lead()
    assert (lead.city, lead.attributes["title"]) == ("Chicago", "Nurse")
    assert (lead.first_name, lead.state) == ("Ann", "IL")  # stated by the lead
    assert await kept(w) == {"state": "found", "reason": "", "credits": 1.0, "filled": ["city", "title"]}
    [(subject, callback)] = people.calls
    assert (subject.lead_id, subject.email, subject.phone) == (lead.id, MAIL, ANN)
    assert callback == "https://lakeside.example/hooks/lakeside"


async def test_what_was_learned_keeps_its_source_and_its_price(w: World, people: People) -> None:
    people.now(knows(("city", "Chicago"), credits=2.0))
    await arrives(w, city="")
    await w.run()
    [signal] = await w.rows("select kind, source, value from signal where kind = 'enrichment'")
    assert (signal["source"], signal["value"]["credits"]) == ("brook", 2.0)
    [line] = await w.rows("select actor, data from timeline where kind = 'enriched'")
    assert (line["actor"], line["data"]["filled"]) == ("provider:brook", ["city"])


async def test_an_address_is_added_where_there_was_none_of_its_kind_and_grants_nothing(
    w: World, people: People
) -> None:
    people.now(knows(emails=("ann.work@people.example",), phones=(BOB,)))
    await arrives(w, emails=())
    await w.run()
    points = {row["value"] for row in await w.rows("select value from contact_point")}
    assert points == {ANN, "ann.work@people.example"}  # a phone it has: what the lead gave stands
    assert await w.rows("select 1 from consent_state where granted and address = 'ann.work@people.example'") == []


async def test_an_address_of_somebody_else_stays_theirs_and_merges_nobody(w: World, people: People) -> None:
    await w.say("e0", asks("e0", name="Bob Roe", phones=(BOB,), emails=()), source="form")
    await w.run()
    people.now(knows(phones=(BOB,)))
    await arrives(w, phones=())
    await w.run()
    assert len(await w.rows("select 1 from lead")) == 2
    assert (await w.lead(BOB)).name == "Bob Roe"
    assert (await kept_of(w, MAIL))["filled"] == []


async def kept_of(w: World, address: str) -> dict[str, Any]:
    [row] = await w.rows("select state, filled from enrichment where lead_id = %s", (await w.lead(address)).id)
    return row


async def test_a_number_on_a_do_not_call_list_is_blocked_and_never_added(w: World, people: People) -> None:
    people.now(knows(phones=(BOB,), barred_phones=("(773) 555-0101",)))
    await arrives(w, phones=())
    await w.run()
    assert await w.blocked() == {("sms", "on a do-not-call list")}
    assert BOB not in {row["value"] for row in await w.rows("select value from contact_point")}


async def test_an_outage_leaves_the_lead_usable_and_marked_and_is_made_up_for(w: World, people: People) -> None:
    people.now(CallFailedError("503", "brook is away", fault=Fault.AWAY))
    await arrives(w, city="")
    await w.run()
    assert (await w.lead()).name == "Ann Lee"
    assert "enquiry" in await w.causes()  # and is answered meanwhile
    assert (await kept(w))["state"] == "failed"
    assert (await kept(w))["reason"] == "brook is away"
    people.now(knows(("city", "Chicago")))
    w.clock.advance(timedelta(hours=1))
    await w.run()
    assert ((await w.lead()).city, (await kept(w))["state"], (await kept(w))["reason"]) == ("Chicago", "found", "")


@pytest.mark.parametrize(
    "trouble",
    [
        CallFailedError("429", "too fast", fault=Fault.BUSY, retry_after=600),
        CallFailedError("401", "brook does not know us", fault=Fault.ACCOUNT),
    ],
)
async def test_whatever_kept_a_lead_from_being_looked_up_is_marked_on_it(
    w: World, people: People, trouble: CallFailedError
) -> None:
    people.now(trouble)
    await arrives(w)
    await w.run()
    assert (await kept(w))["state"] == "failed"
    assert (await kept(w))["reason"] == trouble.text


async def test_nobody_found_is_an_answer_too(w: World, people: People) -> None:
    people.now(Enrichment(found=False, facts=(), emails=(), phones=(), credits=1.0))
    await arrives(w)
    await w.run()
    assert await kept(w) == {"state": "none", "reason": "", "credits": 1.0, "filled": []}
    assert "enriched" not in await w.story((await w.lead()).id)


async def test_a_lead_is_asked_about_once_however_often_it_comes(w: World, people: People) -> None:
    await arrives(w)
    await w.run()
    for n in range(3):
        await w.say(f"more-{n}", asks(f"more-{n}"), source="form")
        await w.run()
    async with w.db.office(w.office_id) as conn:  # asked for all the same, by a person or a retry
        await enrich.want(conn, w.office_id, (await w.lead()).id, enrichers=("brook",), at=w.clock.now())
    await w.run()
    assert len(people.calls) == 1


async def test_nobody_is_asked_where_nobody_is_connected(w: World, people: People) -> None:
    await w.disconnect()
    await arrives(w)
    assert await w.run() == 0
    assert people.calls == []


# ---------------------------------------------------------------- what comes later


def later(lead_id: object, name: str = "cb1", **more: Any) -> Enriched:
    given: dict[str, Any] = {
        "provider": "brook", "request_id": "q1", "found": True, "facts": (), "emails": (), "phones": (),
        "barred_phones": (), "credits": 8.0, "at": None,
    }  # fmt: skip
    return Enriched(external_id=name, lead=str(lead_id), **(given | more))


async def test_the_part_that_comes_later_adds_to_the_first_and_credits_add_up(w: World, people: People) -> None:
    people.now(knows(("city", "Chicago"), pending="q1"))
    await arrives(w, phones=(), city="")
    await w.run()
    assert (await kept(w))["state"] == "pending"
    assert await w.say("cb1", later((await w.lead(MAIL)).id, phones=(BOB,))) == "enriched"
    assert await kept(w) == {"state": "found", "reason": "", "credits": 9.0, "filled": ["city", "phone"]}
    assert (await w.lead(BOB)).id == (await w.lead(MAIL)).id


async def test_what_is_to_come_is_asked_for_even_when_its_callback_gets_lost(w: World, people: People) -> None:
    people.now(knows(("city", "Chicago"), pending="q1"))
    await arrives(w, phones=(), city="")
    await w.run()
    [asked] = await w.errands()
    assert (asked["kind"], asked["key"]) == ("fetch", f"brook-result:{(await w.lead(MAIL)).id}:q1")


async def test_the_same_answer_by_callback_and_by_asking_again_counts_once(w: World, people: People) -> None:
    people.now(knows(("city", "Chicago"), pending="q1"))
    await arrives(w, phones=(), city="")
    await w.run()
    lead_id = (await w.lead(MAIL)).id
    await w.say("cb1", later(lead_id, phones=(BOB,)))
    before = await w.rows("select * from timeline order by id"), await kept(w)
    await w.say("cb2", later(lead_id, phones=(BOB,)))
    assert (await w.rows("select * from timeline order by id"), await kept(w)) == before


@pytest.mark.parametrize("lead", ["", "not-an-id", "11111111-2222-4333-8444-555555555555"])
async def test_what_is_about_nobody_is_refused(w: World, lead: str) -> None:
    assert await w.say("cb1", later(lead)) == "dead: it is about nobody we know"


async def test_what_nobody_asked_for_is_refused(w: World) -> None:
    await w.disconnect()
    await arrives(w, phones=())
    assert await w.say("cb1", later((await w.lead(MAIL)).id, phones=(BOB,))) == "dead: nobody asked for it"
    assert (await w.rows("select value from contact_point")) == [{"value": MAIL}]
