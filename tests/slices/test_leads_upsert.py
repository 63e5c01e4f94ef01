"""One person, one lead: by either address, in any format, however many arrive at once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.leads import find, store
from rekindle.leads.types import Upserted
from rekindle.leads.upsert import upsert_many
from rekindle.providers.ports import Enquiry
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind
from tests.conftest import NOON, make_office

LATER = NOON + timedelta(days=1)
FORMATS = ["3125550142", "(312) 555-0142", "+1 312.555.0142", "1-312-555-0142 x9", "tel:+13125550142"]


def enquiry(external_id: str = "e1", **given: Any) -> Enquiry:
    blank = dict.fromkeys(("name", "first_name", "last_name", "kind", "message", "page", "state", "zip"), "")
    fixed: dict[str, Any] = {**blank, "city": "", "street": "", "source": "form", "at": None}
    fixed |= {"emails": (), "phones": (), "attributes": (), "consents": (), "external_id": external_id}
    return Enquiry(**fixed | given)


async def put(db: Db, office_id: UUID, *enquiries: Enquiry, at: Any = NOON, actor: str = "engine") -> list[Upserted]:
    async with db.office(office_id) as conn:
        return await upsert_many(conn, office_id, list(enquiries), event_id=new_id(), at=at, actor=actor)


async def rows(conn: Conn, query: Any) -> list[dict[str, Any]]:
    return await (await conn.execute(query)).fetchall()


async def whole(db: Db, office_id: UUID) -> dict[str, Any]:
    """Every row of every table an enquiry may touch."""
    async with db.office(office_id) as conn:
        return {
            "lead": await rows(conn, "select * from lead order by id"),
            "contact_point": await rows(conn, "select * from contact_point order by kind, value"),
            "lead_source": await rows(conn, "select * from lead_source order by source, external_id"),
            "timeline": await rows(conn, "select * from timeline order by at, id"),
            "merge": await rows(conn, "select * from merge order by id"),
        }


async def kinds(db: Db, office_id: UUID, lead_id: UUID) -> list[Kind]:
    async with db.office(office_id) as conn:
        lines = await timeline.of_lead(conn, office_id, [lead_id])
    return sorted(line.kind for line in lines)


async def test_a_lead_is_made_with_its_story(db: Db, office_id: UUID) -> None:
    asked = enquiry(
        name="ANN O'NEIL", emails=("Ann <ANN@lake.example>",), phones=("312-555-0142 / 773-555-0101",),
        message="Is 12 Oak St free?", kind="buyer", state="illinois", zip="60601-1234", attributes=(("beds", "3"),),
    )  # fmt: skip
    [done] = await put(db, office_id, asked)
    assert done.created
    assert done.lead_id
    async with db.office(office_id) as conn:
        lead = await store.get(conn, office_id, done.lead_id)
        points = await store.points_of(conn, office_id, done.lead_id)
    assert (lead.name, lead.first_name, lead.last_name) == ("Ann O'Neil", "Ann", "O'Neil")
    assert (lead.kind, lead.stage, lead.state, lead.zip) == ("buyer", "new", "IL", "60601")
    assert (lead.enquiry, lead.enquired_at, lead.attributes) == ("Is 12 Oak St free?", NOON, {"beds": "3"})
    assert {p.value for p in points} == {"+13125550142", "+17735550101", "ann@lake.example"}
    assert await kinds(db, office_id, done.lead_id) == [Kind.CREATED, Kind.ENQUIRED]


async def test_fifty_arrivals_of_one_person_at_once_are_one_lead(db: Db, office_id: UUID) -> None:
    def arrival(n: int) -> Enquiry:
        phone, mail = FORMATS[n % 5], f"{'ANN' if n % 2 else 'ann'}@lake.example"
        given = [{"phones": (phone,)}, {"phones": (phone,), "emails": (mail,)}, {"emails": (mail,), "phones": (phone,)}]
        return enquiry(f"e{n}", **given[n % 3])

    done = await asyncio.gather(*(put(db, office_id, arrival(n)) for n in range(50)))
    assert len({outcome.lead_id for [outcome] in done}) == 1
    assert sum(outcome.created for [outcome] in done) == 1
    async with db.office(office_id) as conn:
        assert len(await rows(conn, "select id from lead")) == 1
        assert len(await rows(conn, "select source from lead_source")) == 50


async def test_chunks_with_shared_people_at_once(db: Db, office_id: UUID) -> None:
    """Eight chunks of the same forty people in different orders: no deadlock, no double."""

    async def chunk(n: int) -> None:
        people = [enquiry(f"c{n}-{i}", phones=(f"31255501{i:02d}",)) for i in range(40)]
        await put(db, office_id, *(people[n * 5 :] + people[: n * 5]), actor="import")

    await asyncio.gather(*(chunk(n) for n in range(8)))
    async with db.office(office_id) as conn:
        assert len(await rows(conn, "select id from lead")) == 40
        assert await rows(conn, "select 1 from lead_source s join lead l on l.id = s.lead_id") != []
        assert await rows(conn, "select 1 from lead_source s where lead_id not in (select id from lead)") == []


async def test_the_same_enquiry_again_changes_nothing(db: Db, office_id: UUID) -> None:
    people = [enquiry(f"r{n}", phones=(f"31255501{n:02d}",), name=f"Ann {n}", source="list") for n in range(30)]
    people.append(enquiry("r3", phones=("3125550103",), name="Ann 3", source="list"))  # a double row in the file
    first = await put(db, office_id, *people, actor="import")
    before = await whole(db, office_id)
    again = await put(db, office_id, *people, at=LATER, actor="import")
    assert await whole(db, office_id) == before
    assert [o.lead_id for o in again] == [o.lead_id for o in first]
    assert all(o.seen and not o.created and not o.changed for o in again)
    assert first[-1].seen
    assert first[-1].lead_id == first[3].lead_id


async def test_one_event_five_times_at_once_has_one_effect(db: Db, office_id: UUID) -> None:
    same = enquiry("e1", phones=("3125550142",), message="Hello")
    done = await asyncio.gather(*(put(db, office_id, same) for _ in range(5)))
    assert sum(outcome.created for [outcome] in done) == 1
    lead_id = done[0][0].lead_id
    assert lead_id
    assert await kinds(db, office_id, lead_id) == [Kind.CREATED, Kind.ENQUIRED]


async def test_newer_facts_win_empty_ones_never_and_older_ones_fill_gaps(db: Db, office_id: UUID) -> None:
    by = {"phones": ("3125550142",)}
    await put(db, office_id, enquiry("e1", name="Ann Lee", city="Chicago", kind="buyer", **by))
    [newer] = await put(db, office_id, enquiry("e2", name="ANN", city="Evanston", **by), at=LATER)
    old = enquiry("e3", city="Peoria", zip="60601", source="list", at=NOON - timedelta(days=900), **by)
    await put(db, office_id, old, at=LATER, actor="import")
    assert newer.changed
    assert newer.lead_id
    async with db.office(office_id) as conn:
        lead = await store.get(conn, office_id, newer.lead_id)
        lines = await timeline.of_lead(conn, office_id, [newer.lead_id])
    assert (lead.name, lead.city, lead.zip, lead.kind) == ("Ann Lee", "Evanston", "60601", "buyer")
    changed = [line.data["fields"] for line in lines if line.kind == Kind.CHANGED]
    assert sorted(changed, key=str) == [{"city": ["Chicago", "Evanston"]}, {"zip": [None, "60601"]}]


async def test_an_enquiry_with_both_addresses_joins_two_leads(db: Db, office_id: UUID) -> None:
    [by_phone] = await put(db, office_id, enquiry("e1", phones=("3125550142",), name="Ann Lee"))
    [by_mail] = await put(db, office_id, enquiry("e2", emails=("ann@lake.example",), city="Chicago"), at=LATER)
    both = enquiry("e3", phones=("3125550142",), emails=("ann@lake.example",))
    [joined] = await put(db, office_id, both, at=LATER)
    assert joined.lead_id == by_phone.lead_id
    assert joined.merged == (by_mail.lead_id,)
    assert by_mail.lead_id
    assert joined.lead_id
    async with db.office(office_id) as conn:
        lead = await store.lock(conn, office_id, by_mail.lead_id)  # the old id leads to the person
        assert await find.by_address(conn, office_id, "email", "ANN@lake.example") == joined.lead_id
        assert set(await store.family(conn, office_id, joined.lead_id)) == {joined.lead_id, by_mail.lead_id}
    assert (lead.id, lead.city, lead.name) == (joined.lead_id, "Chicago", "Ann Lee")


async def test_one_chunk_that_joins_three_leads_through_two_enquiries(db: Db, office_id: UUID) -> None:
    one, two, three = {"phones": ("3125550142",)}, {"emails": ("ann@lake.example",)}, {"phones": ("7735550101",)}
    [oldest] = await put(db, office_id, enquiry("e1", **one))
    await put(db, office_id, enquiry("e2", **two), at=LATER)
    await put(db, office_id, enquiry("e3", **three, zip="60601"), at=LATER)
    done = await put(db, office_id, enquiry("e4", **one, **two), enquiry("e5", **two, **three), at=LATER)
    assert {outcome.lead_id for outcome in done} == {oldest.lead_id}
    async with db.office(office_id) as conn:
        assert len(await rows(conn, "select id from lead where merged_into is null")) == 1
        assert {row["lead_id"] for row in await rows(conn, "select lead_id from contact_point")} == {oldest.lead_id}
        assert {row["lead_id"] for row in await rows(conn, "select lead_id from lead_source")} == {oldest.lead_id}


async def test_two_groups_of_one_chunk_that_are_one_known_lead(db: Db, office_id: UUID) -> None:
    [known] = await put(db, office_id, enquiry("e1", phones=("3125550142",), emails=("ann@lake.example",)))
    done = await put(
        db, office_id, enquiry("e2", phones=("3125550142",), city="Chicago"),
        enquiry("e3", emails=("ann@lake.example",), zip="60601"), at=LATER,
    )  # fmt: skip
    assert {outcome.lead_id for outcome in done} == {known.lead_id}
    assert known.lead_id
    async with db.office(office_id) as conn:
        lead = await store.get(conn, office_id, known.lead_id)
    assert (lead.city, lead.zip) == ("Chicago", "60601")


async def test_an_address_is_enough_and_none_is_refused(db: Db, office_id: UUID) -> None:
    done = await put(
        db,
        office_id,
        enquiry("e1", emails=("ann@lake.example",)),
        enquiry("e2", phones=("0000000000",), emails=("n/a",)),
        enquiry("e3", name="Ann"),
        enquiry("e4", phones=("773-555-0101",), emails=("not an address",)),
    )
    assert [outcome.created for outcome in done] == [True, False, False, True]
    assert [[e.field for e in outcome.refused] for outcome in done if outcome.refused] == [
        ["phone", "email"],
        ["contact"],
    ]


async def test_an_address_that_is_none_is_kept_for_a_person_to_read(db: Db, office_id: UUID) -> None:
    typo = enquiry("e1", emails=("ann@lake.example",), phones=("(312) 555-014", "n/a"))
    nobody = enquiry("e2", phones=("773-555-0101",), emails=("noemail@lake.example", "none"))
    done = await put(db, office_id, typo, nobody)
    async with db.office(office_id) as conn:
        leads = [await store.get(conn, office_id, outcome.lead_id) for outcome in done if outcome.lead_id]
    assert [lead.attributes for lead in leads] == [
        {"refused phone": "(312) 555-014"},
        {"refused email": "noemail@lake.example"},
    ]


async def test_text_that_no_database_takes_is_cleaned(db: Db, office_id: UUID) -> None:
    rude = enquiry(
        "e\x001", phones=("3125550142",), name="An\x00n \ud800", message="a\x00b", attributes=(("k\x00", "v\x00"),)
    )
    [done] = await put(db, office_id, rude)
    assert done.created


async def test_an_import_never_sends_a_stage_back(db: Db, office_id: UUID) -> None:
    by = {"phones": ("3125550142",)}
    [known] = await put(db, office_id, enquiry("e1", stage="contacted", **by))
    await put(db, office_id, enquiry("e2", stage="new", **by), at=LATER)
    assert known.lead_id
    async with db.office(office_id) as conn:
        assert (await store.get(conn, office_id, known.lead_id)).stage == "contacted"
    await put(db, office_id, enquiry("e3", stage="do_not_contact", **by), at=LATER)
    await put(db, office_id, enquiry("e4", stage="contacted", **by), at=LATER)
    async with db.office(office_id) as conn:
        assert (await store.get(conn, office_id, known.lead_id)).stage == "do_not_contact"


async def test_the_same_number_in_another_office_is_another_lead(db: Db, office_id: UUID) -> None:
    stranger = await make_office(db, "stranger")
    by = {"phones": ("3125550142",)}
    [here], [there] = await put(db, office_id, enquiry("e1", **by)), await put(db, stranger, enquiry("e1", **by))
    assert here.created
    assert there.created
    async with db.office(stranger) as conn:
        assert [row["id"] for row in await rows(conn, "select id from lead")] == [there.lead_id]
