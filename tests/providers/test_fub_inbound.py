"""Follow Up Boss's webhooks name people; nothing of what they say is believed beyond the ids."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.kit.settings import SettingsError
from rekindle.providers.fub import settings as fub_settings
from rekindle.providers.fub.inbound import FubInbound
from rekindle.providers.ports import (
    Contact,
    Event,
    Fetch,
    Ignored,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
)
from tests.conftest import NOON
from tests.providers import vectors
from tests.providers.adapters_fub import ADAPTERS, hook
from tests.providers.contract import Sample, account

(ADAPTER,) = ADAPTERS


def parse(content: bytes) -> tuple[Parsed, ...]:
    return FubInbound().parse(Event("event:e-1", content, NOON), ADAPTER.account)


def test_the_known_signature_is_taken_and_one_letter_off_is_refused() -> None:
    (vector,) = vectors.of("followupboss")
    body = vector["raw_body"].encode()
    ours = account("fub", system_key=vector["secret"])
    request = Request("POST", "", "", {"fub-signature": vector["signature"]}, body, NOON)
    assert FubInbound().verify(request, ours).external_id == "event:e-1"
    with pytest.raises(RefusedSignatureError):
        FubInbound().verify(Request("POST", "", "", request.headers, body.replace(b"1", b"2", 1), NOON), ours)


@pytest.mark.parametrize("event", ["peopleCreated", "peopleUpdated", "peopleTagsCreated", "peopleStageUpdated"])
def test_every_changed_person_is_fetched_once(event: str) -> None:
    found = parse(hook(event, 15, "16", 15, 9007199254740993))
    assert [(f.source, f.ref, f.external_id) for f in found if isinstance(f, Fetch)] == [
        ("fub-person", "15", "event:e-1:15"),
        ("fub-person", "16", "event:e-1:16"),
        ("fub-person", "9007199254740993", "event:e-1:9007199254740993"),
    ]


def test_the_address_in_the_body_is_never_what_is_fetched() -> None:
    (fetch,) = parse(hook("peopleUpdated", 15))
    assert "attacker" not in repr(fetch)
    with pytest.raises(UnparsableError):
        parse(hook("peopleUpdated", "../identity", -1, True, 1.5, None, "https://attacker.example"))


def test_deleted_people_are_gone_at_once() -> None:
    one, two = parse(hook("peopleDeleted", 15, 16))
    assert isinstance(one, Contact)
    assert isinstance(two, Contact)
    assert (one.crm, one.contact_id, one.deleted, two.contact_id) == ("fub", "15", True, "16")


@pytest.mark.parametrize(
    "event", ["textMessagesCreated", "emailsCreated", "callsCreated", "pipelineUpdated", "new one"]
)
def test_what_changes_no_person_is_ignored_with_a_reason(event: str) -> None:
    (ignored,) = parse(hook(event, 15))
    assert isinstance(ignored, Ignored)
    assert ignored.why


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", hook(7, 15), hook("", 15), hook("peopleUpdated")])
def test_what_is_no_webhook_is_kept_with_a_reason(content: bytes) -> None:
    with pytest.raises(UnparsableError):
        parse(content)


def test_an_event_is_named_by_its_id_and_ordered_by_its_person() -> None:
    def verified(content: bytes) -> tuple[str, str]:
        found = FubInbound().verify(ADAPTER.genuine(Sample(content)), ADAPTER.account)
        return found.external_id, found.party

    assert verified(hook("peopleUpdated", 15)) == ("event:e-1", "fub:15")
    assert verified(hook("peopleUpdated", 15, 16)) == ("event:e-1", "")
    assert verified(hook("peopleUpdated", 15, event_id="e-2"))[0] != verified(hook("peopleUpdated", 15))[0]
    nameless = verified(hook("peopleUpdated", 15, event_id=None))
    assert nameless == verified(hook("peopleUpdated", 15, event_id=None))
    assert nameless != verified(hook("peopleUpdated", 16, event_id=None))
    assert len(verified(hook("peopleUpdated", 15, event_id="x" * 900))[0]) <= 200


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text()
values = scalars | st.lists(scalars) | st.dictionaries(st.text(), scalars)


@given(st.binary(), st.sampled_from(["peopleUpdated", "peopleDeleted", "x"]) | values, values, values)
def test_anything_signed_is_words_or_a_reason(junk: bytes, event: object, ids: object, event_id: object) -> None:
    for content in (junk, _dumped({"event": event, "resourceIds": ids, "eventId": event_id, "eventCreated": ids})):
        external_id = FubInbound().verify(ADAPTER.genuine(Sample(content)), ADAPTER.account).external_id
        assert 0 < len(external_id) <= 200
        try:
            assert parse(content)
        except UnparsableError as error:
            assert str(error)  # noqa: PT017 a reason must be given


@given(st.binary(), st.text())
def test_anything_unsigned_is_refused(body: bytes, signature: str) -> None:
    with pytest.raises(RefusedSignatureError):
        FubInbound().verify(Request("POST", "", "", {"fub-signature": signature}, body, NOON), ADAPTER.account)


def _dumped(given: object) -> bytes:
    try:
        return orjson.dumps(given)
    except orjson.JSONEncodeError:
        return b"{}"


def test_the_url_is_a_setting_and_a_malformed_one_is_named() -> None:
    assert fub_settings.read({}).url == "https://api.followupboss.com/v1"
    assert fub_settings.read({"REKINDLE_FUB_URL": "http://127.0.0.1:9/v1/"}).url == "http://127.0.0.1:9/v1"
    with pytest.raises(SettingsError, match="REKINDLE_FUB_URL"):
        fub_settings.read({"REKINDLE_FUB_URL": "ftp://x"})
