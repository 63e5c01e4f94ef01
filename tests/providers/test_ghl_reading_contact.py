"""Contacts of HighLevel: who is activated, who must be left in peace, and what we keep of them."""

import orjson
import pytest

from rekindle.decide.words import Channel
from rekindle.providers.ghl.source_fetched import GhlContactInbound
from rekindle.providers.ports import Contact, UnparsableError
from tests.conftest import NOON
from tests.providers.adapters_ghl import EVENTS, NEW_CONTACT, OURS
from tests.providers.contract import account
from tests.providers.test_ghl_reading import word

EVERYBODY = account("ghl", location_id=OURS)
TAGGED = account("ghl", location_id=OURS, activation_tags=" Re-Kindle , vip")
ALL = frozenset(Channel)


def test_a_contact_is_taken_as_it_stands() -> None:
    assert word(NEW_CONTACT, whose=EVERYBODY) == Contact(
        external_id="evt-1",
        crm="ghl",
        contact_id="c1",
        account=OURS,
        name="",
        first_name="José",
        last_name="Lake",
        emails=("jose@lake.example",),
        phones=("(312) 555-0142",),
        tags=("Buyer", "Re-Kindle"),
        activated=None,
        dnd=frozenset(),
        source="",
        kind="",
        state="",
        zip="",
        city="",
        street="",
        attributes=(),
        assigned_to="",
        stage="",
        deleted=False,
        at=NOON.replace(hour=17, minute=59, second=59),
        added_at=NOON.replace(hour=17, minute=59, second=58),
    )


def test_the_published_contact_is_read_in_full_but_for_what_fair_housing_forbids() -> None:
    found = word(EVENTS["ContactUpdate"]["examples"][0], whose=EVERYBODY)
    assert (found.name, found.source, found.assigned_to) == ("John Deo", "xyz form", "nmFmQEsNgz6AVpgLVUJ0")
    assert (found.street, found.city, found.state, found.zip) == ("3535 1st St N", "ruDolomitebika", "AL", "452001")
    assert found.attributes == (
        ("company", "Loram ipsum"),
        ("custom BcdmQEsNgz6AVpgLVUJ0", "XYZ Corp"),
        ("website", "https://www.google.com/"),
    )
    assert found.at is None  # an update does not say when; the day the contact was made is not it
    assert found.added_at.isoformat() == "2021-11-26T12:41:02.193000+00:00"


@pytest.mark.parametrize("tags", [["RE-KINDLE"], ["other", " re-kindle "], "x, Vip", "VIP", [{"name": "ViP"}]])
@pytest.mark.parametrize("kind", ["ContactCreate", "ContactTagUpdate", "ContactUpdate"])
def test_a_contact_with_an_activation_tag_in_any_case_is_activated(kind: str, tags: object) -> None:
    assert word({**NEW_CONTACT, "type": kind, "tags": tags}, whose=TAGGED).activated is True


@pytest.mark.parametrize("tags", [[], None, "", ["rekindle"], ["vips"], "re-kindle vip", [5, {"x": "vip"}], {"vip": 1}])
def test_a_contact_without_one_is_known_and_not_activated(tags: object) -> None:
    found = word({**NEW_CONTACT, "tags": tags}, whose=TAGGED)
    assert found.contact_id == "c1"
    assert found.activated is False


@pytest.mark.parametrize("setting", ["", " ", ", ,"])
def test_an_office_without_activation_tags_activates_everybody(setting: str) -> None:
    assert word(NEW_CONTACT, whose=account("ghl", activation_tags=setting)).activated is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, frozenset()),
        ({"dnd": False}, frozenset()),
        ({"dnd": True}, ALL),
        ({"dnd": "true"}, ALL),
        ({"dnd": True, "dndSettings": {"SMS": {"status": "inactive"}}}, ALL),  # in doubt for silence
        ({"dnd": False, "dndSettings": {"SMS": {"status": "active"}}}, {Channel.SMS}),
        ({"dndSettings": {"sms": {"status": "permanent"}, "Email": {"status": "inactive"}}}, {Channel.SMS}),
        ({"dndSettings": {"Email": {"status": "Active"}, "FB": {"status": "active"}}}, {Channel.EMAIL}),
        ({"dndSettings": {"All": {"status": "active"}}}, ALL),
        ({"dndSettings": {"Call": {"status": "active"}, "SMS": "active", "Email": {}}}, frozenset()),
        ({"dndSettings": [1]}, frozenset()),
    ],
)
def test_do_not_disturb_names_the_channels_to_leave_alone(fields: dict[str, object], expected: frozenset) -> None:
    assert word({**NEW_CONTACT, **fields}).dnd == expected


def test_a_deleted_contact_is_told_as_such() -> None:
    assert word(EVENTS["ContactDelete"]["examples"][0]).deleted
    assert not word(EVENTS["ContactUpdate"]["examples"][0]).deleted


def test_mapped_custom_fields_have_our_names_and_our_own_echo_is_left_out() -> None:
    office = account("ghl", fields='{"budget": "f1", "score": "f2", "kind": "f3", "temperature": "f4"}')
    fields = [
        {"id": "f1", "value": "400k"},
        {"id": "f2", "value": 87},
        {"id": "f3", "fieldValue": "Seller"},
        {"id": "f4", "value": "hot"},
        {"id": "f5", "value": ["pool", "garden"]},
        {"id": "f6", "value": {"a": 1}},
        {"id": "f7", "value": ""},
        {"id": "f8", "value": True},
        {"id": "f9", "fieldValueDate": 1795543200000},
        "junk",
    ]
    found = word({**NEW_CONTACT, "customFields": fields}, whose=office)
    assert found.kind == "seller"
    assert found.attributes == (
        ("budget", "400k"),
        ("custom f5", "pool, garden"),
        ("custom f6", '{"a":1}'),
        ("custom f8", "yes"),
        ("custom f9", "2026-11-24"),
    )


def test_a_thousand_custom_fields_are_cut_to_what_a_person_reads() -> None:
    fields = [{"id": f"f{place}", "value": "x" * 5000} for place in range(1000)]
    found = word({**NEW_CONTACT, "customFields": fields})
    assert len(found.attributes) == 50
    assert all(len(value) == 1000 for _, value in found.attributes)


def test_further_addresses_follow_the_first() -> None:
    more = {"additionalEmails": [{"email": "two@lake.example"}, "jose@lake.example"], "additionalPhones": ["555-0143"]}
    found = word({**NEW_CONTACT, **more})
    assert found.emails == ("jose@lake.example", "two@lake.example")
    assert found.phones == ("(312) 555-0142", "555-0143")


def test_a_contact_without_an_id_is_nobody() -> None:
    with pytest.raises(UnparsableError, match="id"):
        word({"type": "ContactCreate", "email": "ann@lake.example"})


def test_a_contact_may_come_inside_of_an_object_of_its_own() -> None:
    inside = {"type": "ContactCreate", "locationId": OURS, "contact": {"id": "c9", "email": "ann@lake.example"}}
    assert word(inside).contact_id == "c9"
    assert word({**inside, "email": ""}).emails == ("ann@lake.example",)
    assert word({**inside, "Email": "two@lake.example"}).emails == ("two@lake.example",)


def test_what_we_fetched_reads_like_the_webhook_and_dates_from_its_last_change() -> None:
    row = {
        "id": "c1",
        "locationId": OURS,
        "firstName": "Ann",
        "email": "ann@lake.example",
        "phone": "+13125550142",
        "type": "lead",
        "tags": ["vip"],
        "dateAdded": "2026-11-01T10:00:00.000Z",
        "dateUpdated": "2026-11-24T12:00:00.000Z",
        "customFields": [{"id": "f1", "value": "400k"}],
    }
    found = word({"contact": row}, GhlContactInbound(), TAGGED)
    assert found == word(orjson.dumps(row), GhlContactInbound(), TAGGED)
    assert (found.contact_id, found.activated, found.phones) == ("c1", True, ("+13125550142",))
    assert (found.at, found.added_at) == (NOON.replace(hour=12), NOON.replace(day=1, hour=10))
