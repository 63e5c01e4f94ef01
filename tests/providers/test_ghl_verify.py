"""Which of HighLevel's webhooks are believed, for whom, and what they are called."""

import base64
from dataclasses import replace

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.ghl import settings
from rekindle.providers.ghl.source import GhlInbound
from rekindle.providers.ghl.source_fetched import GhlContactInbound
from rekindle.providers.ghl.workflow import GhlWorkflowInbound
from rekindle.providers.ports import Account, Inbound, RefusedSignatureError, Request, Verified
from tests.conftest import NOON
from tests.providers import vectors
from tests.providers.adapters_ghl import (
    HIGHLEVEL,
    NEW_CONTACT,
    OURS,
    PUBLIC,
    SECRET,
    VECTOR,
    set_up,
    signature,
)
from tests.providers.contract import account

URL = "https://rekindle.example/hooks/lakeside/ghl"
OLD_KEY = rsa.generate_private_key(65537, 2048)


def post(body: bytes, **headers: str) -> Request:
    return Request("POST", URL, "", {name.replace("_", "-"): value for name, value in headers.items()}, body, NOON)


def genuine(fields: object) -> Request:
    body = fields if isinstance(fields, bytes) else orjson.dumps(fields)
    return post(body, x_ghl_signature=signature(body))


def believed(request: Request, inbound: Inbound | None = None, whose: Account = HIGHLEVEL) -> Verified:
    return (inbound or GhlInbound(set_up())).verify(request, whose)


def refused(request: Request, inbound: Inbound | None = None, whose: Account = HIGHLEVEL) -> str:
    with pytest.raises(RefusedSignatureError) as error:
        believed(request, inbound, whose)
    return str(error.value)


def public(key: Ed25519PrivateKey | rsa.RSAPrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def test_the_known_answer_is_verified_over_the_bytes_as_they_came() -> None:
    body = VECTOR["raw_body"].encode()
    request = replace(post(body, x_ghl_signature=VECTOR["signature"]), at=NOON.replace(day=22))
    assert believed(request, whose=account("ghl", location_id="loc1")).external_id == "w1"
    again = orjson.dumps(orjson.loads(body)).replace("é".encode(), b"\\u00e9")
    refused(replace(request, body=again), whose=account("ghl", location_id="loc1"))


def test_without_a_setting_the_published_keys_count() -> None:
    published = vectors.public_keys()
    usual, old = settings.read({}), settings.read({"REKINDLE_GHL_RSA": "on"})
    for found, name in (
        (usual.public_keys, "highlevel_ed25519_x-ghl-signature"),
        (old.rsa_keys, "highlevel_rsa4096_x-wh-signature"),
    ):
        [key] = found
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        assert pem.split() == published[name]["pem"].split()
    assert usual.rsa_keys == ()
    refused(genuine(NEW_CONTACT), GhlInbound(usual))


@pytest.mark.parametrize("given", ["", "N/A", " ", "n/a", "null", "A", "é", "=" * 88, "A" * 2000])
def test_an_absent_or_empty_signature_is_refused(given: str) -> None:
    refused(replace(genuine(NEW_CONTACT), headers={"x-ghl-signature": given}))
    refused(replace(genuine(NEW_CONTACT), headers={"x-wh-signature": given}))
    refused(replace(genuine(NEW_CONTACT), headers={}))


def test_any_key_of_the_list_will_do_so_that_a_rotation_loses_nothing() -> None:
    new = Ed25519PrivateKey.generate()
    both = set_up(REKINDLE_GHL_PUBLIC_KEYS=f"{public(new)}, {PUBLIC}")
    body = orjson.dumps(NEW_CONTACT)
    for key in (signature(body), signature(body, new)):
        assert believed(post(body, x_ghl_signature=key), GhlInbound(both)).external_id == "w-15"
    refused(post(body, x_ghl_signature=signature(body, Ed25519PrivateKey.generate())), GhlInbound(both))


def test_the_old_signature_counts_only_where_its_switch_is_on() -> None:
    body = orjson.dumps(NEW_CONTACT)
    old = base64.b64encode(OLD_KEY.sign(body, PKCS1v15(), SHA256())).decode()
    on = GhlInbound(set_up(REKINDLE_GHL_RSA="on", REKINDLE_GHL_RSA_KEYS=public(OLD_KEY)))
    off = GhlInbound(set_up(REKINDLE_GHL_RSA="off", REKINDLE_GHL_RSA_KEYS=public(OLD_KEY)))
    assert believed(post(body, x_wh_signature=old), on).external_id == "w-15"
    refused(post(body, x_wh_signature=old), off)
    refused(post(body + b" ", x_wh_signature=old), on)
    refused(post(body, x_wh_signature=old, x_ghl_signature="N/A"), on)
    refused(post(body, x_wh_signature=old), GhlInbound(set_up(REKINDLE_GHL_RSA="on")))


def test_a_genuine_event_of_another_location_is_not_ours() -> None:
    refused(genuine({**NEW_CONTACT, "locationId": "other"}))
    refused(genuine({**NEW_CONTACT, "data": {"locationId": "other"}}))
    refused(genuine({**NEW_CONTACT, "location": {"id": "other"}}))
    refused(genuine(NEW_CONTACT), whose=account("ghl"))
    refused(genuine({name: value for name, value in NEW_CONTACT.items() if name != "locationId"}))
    refused(genuine({**NEW_CONTACT, "locationId": [OURS]}))
    refused(genuine(b'["' + OURS.encode() + b'"]'))


@pytest.mark.parametrize(
    "names",
    [
        {"locationId": OURS},
        {"location_id": OURS},
        {"location": {"id": OURS}},
        {"location": {"locationId": OURS, "name": "Lakeside"}},
        {"location": OURS},
        {"location": "at the office", "locationId": OURS},
        {"data": {"locationId": OURS}},
        {"data": {"data": {"location": {"id": OURS}}}},
        {"altType": "location", "altId": OURS},
        {"type": "LocationUpdate", "id": OURS},
    ],
)
def test_the_location_is_found_in_every_spelling(names: dict[str, object]) -> None:
    request = genuine(names)
    assert believed(request).external_id
    assert GhlInbound(set_up()).account_names(request) == (OURS,)


def test_the_app_must_be_ours_where_it_is_set_and_named() -> None:
    ours = GhlInbound(set_up(REKINDLE_GHL_APP_ID="app1"))
    assert believed(genuine({**NEW_CONTACT, "appId": "app1"}), ours)
    assert believed(genuine(NEW_CONTACT), ours)
    assert believed(genuine({**NEW_CONTACT, "appId": "app2"}))
    refused(genuine({**NEW_CONTACT, "appId": "app2"}), ours)
    refused(genuine({**NEW_CONTACT, "data": {"appId": "app2"}}), ours)
    refused(genuine({**NEW_CONTACT, "appId": ["app1"]}), ours)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[", b"null", b'{"locationId": 5}', b"[" * 9000, b'{"data": []}'])
def test_the_platforms_address_finds_no_office_in_junk(body: bytes) -> None:
    assert GhlInbound(set_up()).account_names(genuine(body)) == ()
    refused(genuine(body))


headers = st.sampled_from(["x-ghl-signature", "x-wh-signature", "x-rekindle-secret"])
values = st.text(max_size=100) | st.binary(max_size=70).map(lambda b: base64.b64encode(b).decode())


@given(st.binary(max_size=300), st.dictionaries(headers, values))
def test_any_bytes_and_headers_are_refused_and_nothing_worse(body: bytes, made: dict[str, str]) -> None:
    old = GhlInbound(set_up(REKINDLE_GHL_RSA="on"))
    for source in (old, GhlWorkflowInbound(), GhlContactInbound()):
        with pytest.raises(RefusedSignatureError):
            source.verify(Request("POST", URL, "", made, body, NOON), HIGHLEVEL)


@given(st.binary(max_size=300))
def test_signed_bytes_are_verified_or_refused_and_nothing_worse(body: bytes) -> None:
    try:
        assert believed(genuine(body)).external_id
    except RefusedSignatureError as error:
        assert str(error)  # noqa: PT017 a reason must be given
    assert believed(post(body, x_rekindle_secret=SECRET), GhlWorkflowInbound()).external_id
