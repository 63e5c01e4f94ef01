"""The check of requests against official descriptions is itself checked: what it lets pass, and what it must not."""

import base64
from urllib.parse import urlencode

import orjson
import pytest

from tests.providers.described import FORM, SPECS, Description
from tests.providers.framing import Asked

ACCOUNT = "AC" + "0" * 32
BASIC = {"authorization": "Basic " + base64.b64encode(b"AC:t").decode()}
BEARER = {"authorization": "Bearer x"}
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
TEXT = {"To": "+13125550123", "Body": "Hello", "From": "+13125550100", "ValidityPeriod": "600"}
MAIL = {
    "personalizations": [{"to": [{"email": "ada@lake.example"}], "custom_args": {"send": "s1"}}],
    "from": {"email": "hello@lakeside.example"},
    "subject": "Hello",
    "content": [{"type": "text/plain", "value": "Hello"}],
}


def form(path: str, fields: dict[str, str], method: str = "POST") -> Asked:
    return Asked(method, path, "", {**BASIC, "content-type": FORM}, urlencode(fields).encode())


def sent(path: str, body: object, headers: dict[str, str] | None = None) -> Asked:
    named = {**BEARER, "content-type": "application/json", **(headers or {})}
    return Asked("POST", path, "", named, orjson.dumps(body))


def listed(query: str) -> Asked:
    return Asked("GET", MESSAGES, query, BASIC, b"")


TWILIO = Description.load("twilio/api.json")
SENDGRID = Description.load("sendgrid/mail.json")
CONTACTS = Description.load("highlevel/contacts.json")
TALKS = Description.load("highlevel/conversations.json")


def test_requests_as_described_pass() -> None:
    TWILIO.check(form(MESSAGES, TEXT))
    TWILIO.check(listed("To=%2B13125550123&DateSent%3E=2026-11-24T18%3A00%3A00Z&PageSize=50"))
    TWILIO.check(Asked("GET", f"/2010-04-01/Accounts/{ACCOUNT}.json", "", BASIC, b""))
    SENDGRID.check(sent("/v3/mail/send", MAIL))
    SENDGRID.check(sent("/v3/mail/send", {**MAIL, "custom_args": {"send": "s1"}}))
    CONTACTS.check(sent("/contacts/upsert", {"locationId": "L1", "tags": ["new"]}, {"version": "v3"}))
    TALKS.check(
        sent("/conversations/messages", {"type": "SMS", "contactId": "c", "message": "Hi"}, {"version": "v3"}),
    )


def test_a_base_path_of_ours_is_taken_off() -> None:
    TWILIO.check(form("/stand-in" + MESSAGES, TEXT), base_path="/stand-in")


@pytest.mark.parametrize(
    ("description", "asked", "reason"),
    [
        (TWILIO, form(MESSAGES, {"Body": "Hello"}), "'To' is a required property"),
        (TWILIO, form(MESSAGES, {**TEXT, "Bodi": "x"}), "fields nobody described: Bodi"),
        (TWILIO, form(MESSAGES, {**TEXT, "ValidityPeriod": "soon"}), "ValidityPeriod"),
        (TWILIO, form(MESSAGES.replace(ACCOUNT, "ACbad"), TEXT), "AccountSid"),
        (TWILIO, listed("Too=1"), "query parameters nobody described: Too"),
        (TWILIO, listed("PageSize=5000"), "PageSize"),
        (TWILIO, Asked("GET", MESSAGES, "", {}, b""), "no credentials"),
        (TWILIO, form("/2010-04-01/Nothing.json", TEXT), "no such path"),
        (TWILIO, Asked("DELETE", MESSAGES, "", BASIC, b""), "but not with DELETE"),
        (TWILIO, sent(MESSAGES, TEXT, BASIC), "body of application/json"),
        (SENDGRID, sent("/v3/mail/send", {**MAIL, "personalizations": [{"too": []}]}), "personalizations"),
        (SENDGRID, sent("/v3/mail/send", {**MAIL, "from": {"email": "x@y.example", "nome": "x"}}), ".nome"),
        (SENDGRID, sent("/v3/mail/send", {**MAIL, "custom_args": "s1"}), "custom_args"),
        (SENDGRID, Asked("POST", "/v3/mail/send", "", BEARER, b""), "body"),
        (CONTACTS, sent("/contacts/upsert", {"locationId": "L1"}), "header Version is required"),
        (CONTACTS, sent("/contacts/upsert", {"locationId": "L1"}, {"version": "v2"}), "'v2' is not one of"),
        (CONTACTS, sent("/contacts/upsert", {"locationId": "L1", "tags": "new"}, {"version": "v3"}), "tags"),
        (CONTACTS, sent("/contacts/upsert", {"locationId": "L1", "colour": 1}, {"version": "v3"}), "colour"),
        (TALKS, sent("/conversations/messages", {"type": "Pigeon", "contactId": "c"}, {"version": "v3"}), "Pigeon"),
    ],
)
def test_what_a_description_does_not_allow_is_told(description: Description, asked: Asked, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        description.check(asked)


def test_every_cut_reads_and_refers_to_nothing_outside_itself() -> None:
    for file in sorted(SPECS.glob("*/*.json")):
        said = orjson.loads(file.read_bytes())
        if isinstance(said, dict) and "paths" in said:
            description = Description(said)
            for ref in _refs(said):
                assert description.resolved({"$ref": ref}), f"{file.name}: {ref}"


def _refs(said: object) -> set[str]:
    if isinstance(said, dict):
        own = {said["$ref"]} if isinstance(said.get("$ref"), str) else set()
        return own.union(*map(_refs, said.values()))
    return set().union(*map(_refs, said)) if isinstance(said, list) else set()
