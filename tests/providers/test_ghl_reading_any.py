"""Whatever comes under a good signature or secret is read or called unparsable, and nothing worse."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from rekindle.providers.ghl.source_fetched import GhlContactInbound, GhlMessageInbound
from rekindle.providers.ghl.workflow import GhlWorkflowInbound
from rekindle.providers.ports import Account, Inbound, UnparsableError
from tests.providers.adapters_ghl import EVENTS, HIGHLEVEL
from tests.providers.contract import account
from tests.providers.test_ghl_reading import GHL, words

of_contacts = st.sampled_from(
    ["id", "contactId", "email", "phone", "tags", "dnd", "dndSettings", "customFields", "additionalEmails", "dateAdded"]
)
of_messages = st.sampled_from(["direction", "messageType", "body", "attachments", "meta", "message", "emailMessageId"])
of_others = st.sampled_from(
    ["appointment", "calendar", "startTime", "selectedTimezone", "pipelineId", "pipelineStageId"]
)
of_all = st.sampled_from(
    ["type", "locationId", "location", "data", "timestamp", "customData", "contact", "sms_consent"]
)
known = of_all | of_contacts | of_messages | of_others
types = st.sampled_from([*EVENTS, "INSTALL", "UNINSTALL", "inbound", "outbound", "SMS", "Email", "TYPE_EMAIL"])
texts = st.text(max_size=30) | types | st.sampled_from(["2026-11-24T18:00:00", "America/Chicago", "<p>", "America"])
leaves = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | texts
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(known | st.text(max_size=8), inner, max_size=8),
    max_leaves=20,
)
bodies = st.dictionaries(known | st.text(max_size=8), anything, max_size=12)
SOURCES = (GHL, GhlWorkflowInbound(), GhlContactInbound(), GhlMessageInbound())
OFFICES = (
    HIGHLEVEL,
    account("ghl"),
    account("ghl", activation_tags="a, B", fields='{"budget": "f1"}'),
    account("ghl", fields="[1]", activation_tags=","),
    account("ghl", fields='{"x": {"y": 1}}'),
)


@given(bodies, st.sampled_from(SOURCES), st.sampled_from(OFFICES))
@example({"contactId": "c", "direction": "inbound", "messageType": "SMS", "body": "\x00"}, GHL, HIGHLEVEL)
def test_any_json_under_a_good_signature_is_read_or_unparsable(
    fields: dict[str, Any], source: Inbound, whose: Account
) -> None:
    try:
        found = words(fields, source, whose)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    else:
        assert found


@given(
    st.binary(max_size=200) | st.sampled_from([b'{"type":"\\ud83d"}', b'{"a":NaN}', b'{"data":' * 3000, b"a=b&a[b]=c"])
)
def test_any_bytes_are_read_or_unparsable(body: bytes) -> None:
    for source in SOURCES:
        try:
            words(body, source, content_type="")
        except UnparsableError as error:
            assert str(error)  # noqa: PT017 a reason must be given
