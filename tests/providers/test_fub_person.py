"""A person of Follow Up Boss becomes a contact: dead addresses left out, primary ones first, private notes unread."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.fub.person import FubPerson
from rekindle.providers.ports import Contact, Event, RefusedSignatureError, Request, UnparsableError
from tests.conftest import NOON
from tests.providers.contract import account
from tests.providers.fake_fub import PERSON


def one(person: dict[str, Any], tags: str = "") -> Contact:
    event = Event("person:1", orjson.dumps(person), NOON)
    (parsed,) = FubPerson().parse(event, account("fub", activation_tags=tags))
    assert isinstance(parsed, Contact)
    return parsed


def test_a_whole_person() -> None:
    assert one(PERSON) == Contact(
        external_id="person:1",
        crm="fub",
        contact_id="1234",
        account="",
        name="Ann Lee",
        first_name="Ann",
        last_name="Lee",
        emails=("ann@mail.example",),
        phones=("(312) 555-0142", "(312) 555-0143"),
        tags=("Buyer", "rekindle"),
        activated=None,
        dnd=frozenset(),
        source="Zillow",
        kind="",
        state="IL",
        zip="60601",
        city="Chicago",
        street="1 Elm St",
        attributes=(
            ("customPreApproved", "yes"),
            ("price", "450000"),
            ("source url", "https://homes.example/7"),
        ),
        assigned_to="9",
        stage="Lead",
        deleted=False,
        at=datetime(2026, 11, 24, 17, 58, tzinfo=UTC),
    )


def test_what_an_agent_noted_in_private_is_not_taken() -> None:
    assert "divorce" not in repr(one(PERSON))


def test_only_people_with_the_offices_tag_are_activated() -> None:
    assert one(PERSON, "ReKindle").activated is True
    assert one(PERSON, "another, REKINDLE").activated is True
    assert one(PERSON, " , ").activated is None
    assert one(PERSON, "another").activated is False
    assert one({"id": 1}, "another").activated is False


def test_people_in_the_trash_are_gone() -> None:
    assert one({"id": 1, "stage": "Trash"}).deleted
    assert not one({"id": 1, "stage": "Trash talk"}).deleted


@pytest.mark.parametrize("person", [{}, {"id": "x"}, {"id": None}, {"id": True}, {"id": 1.5}])
def test_a_person_without_an_id_is_kept_with_a_reason(person: dict[str, Any]) -> None:
    with pytest.raises(UnparsableError):
        one(person)


def test_nobody_can_post_a_person_past_the_fetching() -> None:
    with pytest.raises(RefusedSignatureError):
        FubPerson().verify(Request("POST", "", "", {}, orjson.dumps(PERSON), NOON), account("fub", system_key="k"))


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text()
parts = st.dictionaries(st.sampled_from(["value", "status", "isPrimary", "city"]), scalars | st.lists(scalars))
values = scalars | st.lists(scalars | parts) | parts


@given(st.binary(), st.dictionaries(st.sampled_from([*PERSON, "type"]), values))
def test_anything_is_a_contact_or_a_reason(junk: bytes, person: dict[str, Any]) -> None:
    try:
        whole = orjson.dumps({**person, "id": 7})
    except orjson.JSONEncodeError:
        whole = b"{}"
    for body in (junk, whole):
        try:
            (contact,) = FubPerson().parse(Event("e", body, NOON), account("fub"))
            assert isinstance(contact, Contact)
        except UnparsableError as error:
            assert str(error)  # noqa: PT017 a reason must be given
