"""HighLevel as the CRM: a lead pushed without taking anything away, and its lists read back whole."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from rekindle.kit.clock import HandClock
from rekindle.providers.ghl.crm import GhlCrm
from rekindle.providers.ghl.crm_contact import OPTED_OUT
from rekindle.providers.ports import Account, CallFailedError, Card, CrmPage, Fault, Pushed
from rekindle.providers.ports.crm import CANARY
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.ghl_side import Side, connected

PHONE, EMAIL = "+13125550142", "ann@reed.example"
CARD = Card(
    lead_id="lead-1",
    contact_id="",
    name="Ann Reed",
    first_name="Ann",
    last_name="Reed",
    emails=(EMAIL,),
    phones=(PHONE,),
    source="Website form",
    tags_on=("Rekindle-Hot",),
    tags_off=("rekindle-warm", "Rekindle-Cold"),
    fields=(("score", "88"), ("intent", "interested_now"), ("unmapped", "x")),
    stage="contacted",
    notes=(("note-1", "Wants to see 12 Lake Street."),),
    no_sms=False,
    no_email=False,
)
MAPS = {
    "fields": '{"score": "fieldScore", "intent": "fieldIntent"}',
    "pipeline": '{"pipeline_id": "pipe1", "stages": {"contacted": "stage2", "qualified": "stage3"}}',
}


async def push(side: Side, card: Card = CARD, *, account: Account | None = None, deal: str = "") -> Pushed:
    account = account or side.with_values(**MAPS)
    return await GhlCrm(side.client).push(card, account, opportunity_id=deal, deadline=10)


def contact(side: Side, pushed: Pushed) -> dict[str, Any]:
    return side.fake.contacts[pushed.contact_id]


async def test_a_new_lead_becomes_a_contact_with_tags_fields_note_and_opportunity(clock: HandClock) -> None:
    async with connected(clock) as side:
        pushed = await push(side)
        made = contact(side, pushed)
        assert (made["firstName"], made["email"], made["phone"]) == ("Ann", EMAIL, PHONE)
        assert made["source"] == "Website form"
        assert made["customFields"] == [
            {"id": "fieldScore", "value": "88"},
            {"id": "fieldIntent", "value": "interested_now"},
        ]
        assert pushed.tags == ("rekindle-hot",)
        assert [note["body"] for note in side.fake.notes[pushed.contact_id]] == [
            "Wants to see 12 Lake Street.\n(Rekindle note-1)"
        ]
        deal = side.fake.opportunities[pushed.opportunity_id]
        assert (deal["contactId"], deal["pipelineStageId"], deal["name"]) == (made["id"], "stage2", "Ann Reed")


async def test_a_push_repeated_changes_nothing_and_makes_nothing_twice(clock: HandClock) -> None:
    async with connected(clock) as side:
        first = await push(side)
        before = orjson.dumps([side.fake.contacts, side.fake.notes, side.fake.opportunities])
        side.wire.requests.clear()
        assert await push(side) == first
        again = replace(CARD, contact_id=first.contact_id)
        assert await push(side, again, deal=first.opportunity_id) == first
        assert orjson.dumps([side.fake.contacts, side.fake.notes, side.fake.opportunities]) == before
        assert {asked.method for asked in side.wire.requests} == {"GET"}


async def test_tags_of_others_stay_and_stale_ones_of_ours_go(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE, tags=["VIP", "rekindle-warm", "open house"])
        pushed = await push(side)
        assert pushed.contact_id == there["id"]
        assert set(pushed.tags) == set(there["tags"]) == {"vip", "open house", "rekindle-hot"}
        assert all(b"tags" not in asked.body for asked in side.asked("PUT") + side.asked("POST", "upsert"))


async def test_a_tag_added_by_a_person_during_a_push_stays(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE, tags=["rekindle-warm"])
        original = side.fake._tags

        def meanwhile(method: str, row: dict[str, Any], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            if method == "DELETE":
                row["tags"].append("added meanwhile")
            return original(method, row, body)

        side.fake._tags = meanwhile  # type: ignore[method-assign]
        pushed = await push(side)
        assert set(there["tags"]) == set(pushed.tags) == {"added meanwhile", "rekindle-hot"}


async def test_tags_nobody_listed_are_told_all_the_same(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE, name="Ann", firstName="Ann", lastName="Reed", email=EMAIL)
        there["tags"] = ["rekindle-cold"]
        original = side.fake._duplicate
        side.fake._duplicate = lambda asked: {**(original(asked) or {}), "tags": None}  # type: ignore[method-assign]
        pushed = await push(side, account=side.account)
        assert there["tags"] == list(pushed.tags) == ["rekindle-hot"]


async def test_what_a_person_typed_is_kept_and_only_blanks_are_filled(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE, firstName="Annie", email="annie@reed.example", source="Open house")
        await push(side)
        assert (there["firstName"], there["email"], there["source"]) == ("Annie", "annie@reed.example", "Open house")
        assert there["lastName"] == "Reed"
        assert "name" not in there


async def test_an_opt_out_is_written_back_and_other_channels_stay_as_they_are(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE, dndSettings={"Call": {"status": "active", "message": "at night"}})
        await push(side, replace(CARD, no_sms=True))
        assert there["dndSettings"] == {
            "call": {"status": "active", "message": "at night"},
            "sms": {"status": "active", "message": OPTED_OUT, "code": "opted_out"},
        }


async def test_only_our_own_opt_out_mark_is_lifted(clock: HandClock) -> None:
    async with connected(clock) as side:
        theirs = {"status": "active", "message": "asked at the door"}
        there = side.fake.person_adds(phone=PHONE, dndSettings={"email": theirs})
        await push(side, replace(CARD, no_sms=True, no_email=True))
        assert there["dndSettings"]["email"] == theirs
        await push(side)
        assert there["dndSettings"]["email"] == theirs
        assert there["dndSettings"]["sms"]["status"] == "inactive"


async def test_an_opportunity_moves_between_mapped_stages_and_from_no_other(clock: HandClock) -> None:
    async with connected(clock) as side:
        first = await push(side)
        deal = side.fake.opportunities[first.opportunity_id]
        await push(side, replace(CARD, stage="qualified"), deal=first.opportunity_id)
        assert deal["pipelineStageId"] == "stage3"
        deal["pipelineStageId"] = "under-contract"
        assert (await push(side, deal=first.opportunity_id)).opportunity_id == first.opportunity_id
        assert deal["pipelineStageId"] == "under-contract"
        deal.update(pipelineStageId="stage3", status="lost")
        await push(side)
        assert (deal["pipelineStageId"], len(side.fake.opportunities)) == ("stage3", 1)


@pytest.mark.parametrize("changes", [{"pipeline": ""}, {"pipeline": "{"}, {"fields": "{", "pipeline": "[]"}])
async def test_without_a_readable_map_contact_and_tags_are_pushed_all_the_same(
    clock: HandClock, changes: dict[str, str]
) -> None:
    async with connected(clock) as side:
        pushed = await push(side, account=side.with_values(**{**MAPS, **changes}))
        assert (pushed.opportunity_id, pushed.tags) == ("", ("rekindle-hot",))
        assert not side.asked(path="opportunities")


async def test_a_contact_merged_away_is_found_again_and_a_deleted_one_is_not_made_again(clock: HandClock) -> None:
    async with connected(clock) as side:
        kept = side.fake.person_adds(phone=PHONE)
        assert (await push(side, replace(CARD, contact_id="merged-away"))).contact_id == kept["id"]
        side.fake.person_deletes(kept["id"])
        with pytest.raises(CallFailedError) as gone:
            await push(side, replace(CARD, contact_id=kept["id"]))
        assert (gone.value.code, gone.value.fault, side.fake.contacts) == ("contact_gone", Fault.MESSAGE, {})


async def test_a_lead_without_any_address_cannot_be_pushed(clock: HandClock) -> None:
    async with connected(clock) as side:
        with pytest.raises(CallFailedError) as refused:
            await push(side, replace(CARD, emails=(), phones=()))
        assert (refused.value.fault, side.wire.requests) == (Fault.MESSAGE, [])


FAULTS = (
    (faults.HangBefore(), Fault.AWAY),
    (faults.HangAfter(), Fault.AWAY),
    (faults.ResetBefore(), Fault.AWAY),
    (faults.ResetAfter(), Fault.AWAY),
    (faults.Malformed(), Fault.AWAY),
    (faults.BadJson(), Fault.AWAY),
    (faults.Huge(9), Fault.AWAY),
    (faults.Status(401), Fault.ACCOUNT),
    (faults.Status(429, {"Retry-After": "9"}), Fault.BUSY),
    (faults.Status(500), Fault.AWAY),
    (faults.StatusAfter(502), Fault.AWAY),
)


async def failure(side: Side, *, deadline: float) -> CallFailedError | None:
    try:
        await GhlCrm(side.client).push(CARD, side.with_values(**MAPS), opportunity_id="", deadline=deadline)
    except CallFailedError as error:
        return error
    return None


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
async def test_a_push_that_fails_at_any_of_its_requests_is_whole_after_a_repeat(
    clock: HandClock, fault: faults.Fault, expected: Fault
) -> None:
    for nth in range(1, 20):
        async with connected(clock) as side:
            there = side.fake.person_adds(phone=PHONE, tags=["other", "rekindle-warm"])
            side.fail_at(nth, fault)
            error = await failure(side, deadline=0.4)
            if error is None:
                assert nth == 9  # find, write, tags off, tags on, notes, note, look for the opportunity, make it
                return
            assert error.fault is expected
            assert error.retry_after == (9.0 if expected is Fault.BUSY else None)
            side.heal()
            pushed = await push(side)
            assert list(side.fake.contacts) == [there["id"]]
            assert len(side.fake.notes[pushed.contact_id]) == len(side.fake.opportunities) == 1
            assert set(pushed.tags) == set(there["tags"]) == {"other", "rekindle-hot"}
    raise AssertionError("every push failed")


async def test_a_contact_without_a_usable_id_is_nonsense(clock: HandClock) -> None:
    for nth in (1, 2):
        async with connected(clock) as side:
            side.fail_at(nth, faults.Status(200, body=b'{"contact": {"id": 7}}'))
            error = await failure(side, deadline=2)
            assert error is not None
            assert error.fault is Fault.AWAY


async def test_a_nonsensical_answer_to_a_change_does_not_lose_the_contact(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE)
        side.fail_at(2, faults.StatusAfter(200, body=b'{"contact": {"id": 7}}'))
        assert (await push(side)).contact_id == there["id"]


async def read(side: Side, what: str, *, since: Any = NOON) -> list[CrmPage]:
    crm, pages, cursor = GhlCrm(side.client), [], ""
    while True:
        page = await getattr(crm, what)(side.account, since=since, cursor=cursor, deadline=5)
        pages.append(page)
        cursor = page.cursor
        if not cursor:
            return pages


async def test_contacts_changed_since_are_read_page_by_page_and_none_is_missed(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.person_adds(firstName="Old", phone="+13125550100")
        clock.advance(timedelta(hours=1))
        wanted = [side.fake.person_adds(phone=f"+1312555{n:04d}")["id"] for n in range(230)]
        pages = await read(side, "contacts", since=clock.now())
        assert [len(page.events) for page in pages] == [100, 100, 30]
        read_ids = [event.external_id.split(":")[0] for page in pages for event in page.events]
        assert sorted(read_ids) == sorted(wanted)
        assert orjson.loads(pages[0].events[0].body)["contact"]["locationId"]


async def test_a_contact_unchanged_has_the_same_event_name_and_a_changed_one_another(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE)
        (first,), (again,) = (await read(side, "contacts"))[0].events, (await read(side, "contacts"))[0].events
        clock.advance(timedelta(minutes=1))
        side.fake.person_changes(there["id"], firstName="Ann")
        (changed,) = (await read(side, "contacts"))[0].events
        assert first == again
        assert changed.external_id != first.external_id


async def test_messages_of_both_kinds_and_directions_are_read_each_once(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(phone=PHONE, email=EMAIL)
        texts = [side.fake.lead_writes(there["id"], f"text {n}") for n in range(130)]
        texts.append(side.fake.person_writes(there["id"], "Hello Ann"))
        mails = [side.fake.lead_writes(there["id"], f"mail {n}", "Email", subject="Re: house") for n in range(25)]
        pages = await read(side, "messages")
        assert [len(page.events) for page in pages] == [100, 31, 10, 10, 5]
        names = [event.external_id for page in pages for event in page.events]
        assert names == [message["id"] for message in texts + mails]


async def test_an_inbound_e_mail_without_its_text_gets_it(clock: HandClock) -> None:
    async with connected(clock) as side:
        side.fake.export_email_text = False
        there = side.fake.person_adds(email=EMAIL)
        side.fake.lead_writes(there["id"], "Is it still for sale?", "Email", subject="Re: house")
        (event,) = (await read(side, "messages"))[-1].events
        said = orjson.loads(event.body)
        assert (said["body"], said["subject"], said["direction"]) == ("Is it still for sale?", "Re: house", "inbound")


async def test_an_answer_inside_a_thread_of_e_mails_is_found(clock: HandClock) -> None:
    async with connected(clock) as side:
        there = side.fake.person_adds(email=EMAIL)
        ours = side.fake.person_writes(there["id"], "The house you asked about", "Email")
        answer = side.fake.lead_writes(there["id"], "Yes please", "Email")
        side.fake.messages.remove(answer)
        ours["meta"]["email"]["messageIds"] += answer["meta"]["email"]["messageIds"]
        events = (await read(side, "messages"))[-1].events
        assert [event.external_id for event in events] == ours["meta"]["email"]["messageIds"]
        assert [orjson.loads(event.body)["direction"] for event in events] == ["outbound", "inbound"]
        assert orjson.loads(events[1].body)["body"] == "Yes please"


async def test_empty_lists_are_read_to_their_end(clock: HandClock) -> None:
    async with connected(clock) as side:
        assert await read(side, "contacts") == [CrmPage((), "")]
        assert [page.events for page in await read(side, "messages")] == [(), ()]


@pytest.mark.parametrize("what", ["contacts", "messages"])
@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"contacts": 7, "messages": 7}',
        b'{"contacts": [7], "messages": [7]}',
        b'{"contacts": [{"id": "a\\u0000"}], "messages": [{"id": "a\\u0000"}]}',
        b'{"contacts": [{"id": "a", "dateUpdated": "\\u0000"}], "messages": [{"id": ""}]}',
        b'{"contacts": [{}], "messages": [{"id": "a"}], "nextCursor": 7}',
    ],
)
async def test_a_nonsensical_list_is_an_error_and_never_an_empty_one(clock: HandClock, what: str, body: bytes) -> None:
    async with connected(clock) as side:
        side.wire.then(faults.Status(200, body=body))
        with pytest.raises(CallFailedError) as failed:
            await read(side, what)
        assert failed.value.fault is Fault.AWAY


async def test_a_full_page_without_a_way_on_is_an_error_and_never_the_end(clock: HandClock) -> None:
    async with connected(clock) as side:
        rows = [{"id": f"c{n}", "dateUpdated": "x"} for n in range(100)]
        side.wire.then(faults.Status(200, body=orjson.dumps({"contacts": rows})))
        with pytest.raises(CallFailedError):
            await read(side, "contacts")


async def test_the_canary_is_one_contact_with_one_stamp_that_nobody_writes_to(clock: HandClock) -> None:
    async with connected(clock) as side:
        for stamp in ("1", "2", "3"):
            await GhlCrm(side.client).chirp(side.account, stamp, deadline=5)
        (nobody,) = side.fake.contacts.values()
        assert nobody["tags"] == [CANARY + "3"]
        assert {said["status"] for said in nobody["dndSettings"].values()} == {"active"}
        assert {hook.kind for hook in side.fake.hooks.take()} >= {"ContactCreate", "ContactTagUpdate"}


async def test_pushes_and_pages_are_counted_within_highlevels_limits(clock: HandClock) -> None:
    async with connected(clock) as side:
        limits = {limit.name: (limit.count, limit.seconds) for limit in GhlCrm(side.client).limits(side.account)}
        assert limits["ghl-burst"] == (100, 10)
        assert limits["ghl-day"] == (200_000, 86_400)
        await push(side)
        count, _ = limits["ghl-crm"]
        assert len(side.wire.requests) * count <= 100
