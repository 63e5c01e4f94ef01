"""Standard Webhooks: the published vectors, rotation, freshness, and that nothing but a refusal ever comes out."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers import standard_webhooks as sw
from rekindle.providers.form.plug import FormPlug
from rekindle.providers.ports import RefusedSignatureError, Request
from tests.conftest import NOON
from tests.providers import vectors
from tests.providers.contract import account

# From the specification's own test suite (MIT); the last character of WRONG differs.
SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
GOOD = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
WRONG = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
ASYMMETRIC = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

VECTORS = vectors.of("standard-webhooks")


def headers(signature: str = GOOD, *, event_id: str = ID, timestamp: str = "1614265330") -> dict[str, str]:
    return {"webhook-id": event_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


def test_the_published_vector_verifies_and_is_what_we_sign() -> None:
    assert sw.verify(BODY, headers(), secret=SECRET, at=AT) == ID
    assert sw.sign(BODY, event_id=ID, at=AT, secret=SECRET) == headers()


def test_an_aware_time_of_another_zone_signs_the_same_instant() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=-6)))
    assert sw.sign(BODY, event_id=ID, at=elsewhere, secret=SECRET) == headers()


@pytest.mark.parametrize(
    "signature",
    [f"{WRONG} {GOOD}", f"junk , v1 v1,, v1,a,b {GOOD}", f"{GOOD} {ASYMMETRIC}", f"  {GOOD}\t", f"v9,x {GOOD} v1,ü"],
)
def test_one_good_entry_among_others_is_enough(signature: str) -> None:
    assert sw.verify(BODY, headers(signature), secret=SECRET, at=AT) == ID


@pytest.mark.parametrize(
    "signature", ["", " ", WRONG, ASYMMETRIC, "v1", "v1,", GOOD.removeprefix("v1,"), "V1" + GOOD[2:]]
)
def test_no_good_entry_is_refused(signature: str) -> None:
    with pytest.raises(RefusedSignatureError):
        sw.verify(BODY, headers(signature), secret=SECRET, at=AT)


@pytest.mark.parametrize("drift", [-300, 300])
def test_five_minutes_either_way_is_fresh(drift: int) -> None:
    assert sw.verify(BODY, headers(), secret=SECRET, at=AT + timedelta(seconds=drift)) == ID


@pytest.mark.parametrize("drift", [-301, 301, 10**9, -(10**9)])
def test_older_or_newer_is_refused(drift: int) -> None:
    with pytest.raises(RefusedSignatureError):
        sw.verify(BODY, headers(), secret=SECRET, at=AT + timedelta(seconds=drift))


@pytest.mark.parametrize(
    "timestamp", ["", "now", "1614265330.0", "+1614265330", "1_614265330", "１６１４２６５３３０", "9" * 40]
)
def test_a_timestamp_that_is_not_plain_digits_is_refused(timestamp: str) -> None:
    with pytest.raises(RefusedSignatureError):
        sw.verify(BODY, headers(timestamp=timestamp), secret=SECRET, at=AT)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_every_header_is_needed(missing: str) -> None:
    partial = {k: v for k, v in headers().items() if k != missing}
    with pytest.raises(RefusedSignatureError):
        sw.verify(BODY, partial, secret=SECRET, at=AT)


def test_header_names_in_any_case() -> None:
    loud = {k.title(): v for k, v in headers().items()}
    assert sw.verify(BODY, loud, secret=SECRET, at=AT) == ID


def test_a_request_cut_again_at_another_dot_is_refused() -> None:
    signed = sw.sign(b"name=Ann", event_id="lead.1614265330", at=AT, secret=SECRET)
    with pytest.raises(RefusedSignatureError):
        sw.verify(b"name=Ann", signed, secret=SECRET, at=AT)
    harmless = sw.sign(b"{}", event_id="run-12.345678", at=AT, secret=SECRET)
    assert sw.verify(b"{}", harmless, secret=SECRET, at=AT) == "run-12.345678"


@pytest.mark.parametrize("secret", [b"", b"whsec_", b"whsec_not base64!", b"whsec_abc"])
def test_a_malformed_secret_never_opens(secret: bytes) -> None:
    with pytest.raises(RefusedSignatureError):
        sw.verify(BODY, headers(), secret=secret, at=AT)
    with pytest.raises(sw.SecretError):
        sw.sign(BODY, event_id=ID, at=AT, secret=secret)


def test_raw_bytes_and_their_whsec_form_are_one_secret() -> None:
    raw = sw.key_of(SECRET)
    assert sw.sign(BODY, event_id=ID, at=AT, secret=raw) == headers()


names = st.sampled_from(["webhook-id", "Webhook-Timestamp", "webhook-signature", "x"]) | st.text()
values = st.sampled_from([ID, str(int(NOON.timestamp())), GOOD, "v1,"]) | st.text()


@given(st.binary(), st.dictionaries(names, values), st.binary(max_size=40) | st.just(SECRET))
def test_junk_is_only_ever_refused(body: bytes, junk: dict[str, str], secret: bytes) -> None:
    with pytest.raises(RefusedSignatureError):
        sw.verify(body, junk, secret=secret, at=NOON)


event_ids = st.text("abcdefXYZ0123456789_-", min_size=1, max_size=60)


@given(st.binary(), event_ids, st.binary(min_size=1, max_size=64).filter(lambda s: not s.startswith(b"whsec_")))
def test_what_we_sign_verifies_and_any_change_is_refused(body: bytes, event_id: str, secret: bytes) -> None:
    signed = sw.sign(body, event_id=event_id, at=NOON, secret=secret)
    assert sw.verify(body, signed, secret=secret, at=NOON) == event_id
    for changed_body, changed_headers, changed_secret in (
        (body + b" ", signed, secret),
        (body, {**signed, "webhook-id": event_id + "x"}, secret),
        (body, {**signed, "webhook-timestamp": str(int(NOON.timestamp()) + 1)}, secret),
        (body, signed, secret + b"x"),
    ):
        with pytest.raises(RefusedSignatureError):
            sw.verify(changed_body, changed_headers, secret=changed_secret, at=NOON)


def posted(signature: str = GOOD, body: bytes = BODY) -> Request:
    return Request("POST", "https://rekindle.example/hooks/lakeside/form", "", headers(signature), body, AT)


@pytest.mark.parametrize("vector", VECTORS, ids=[str(vector["id"]) for vector in VECTORS])
def test_every_published_vector_is_answered_as_published(vector: dict[str, object]) -> None:
    given = vector["headers"]
    assert isinstance(given, dict)
    body = str(vector["raw_body"]).encode()
    secrets = [str(vector["secret"]).encode()] if "secret" in vector else []
    keys = [str(vector["public_key"])] if "public_key" in vector else []
    if vector["expect_valid_ignoring_age"]:
        assert sw.verify_any(body, given, secrets=secrets, public_keys=keys, at=AT) == ID
    else:
        with pytest.raises(RefusedSignatureError):
            sw.verify_any(body, given, secrets=secrets, public_keys=keys, at=AT)


@pytest.mark.parametrize(
    "values",
    [
        {"public_key": PUBLIC},
        {"public_key": f" whpk_junk, {PUBLIC}"},
        {"public_key": PUBLIC, "secret": "whsec_AAAA"},
        {"public_key": PUBLIC, "secret": "whsec_not base64!"},
    ],
)
def test_a_public_key_is_enough_whatever_stands_beside_it(values: dict[str, str]) -> None:
    assert sw.verified(posted(f"v1a v1a,,x v1a,{'A' * 88} {WRONG} {ASYMMETRIC}"), account("form", **values)) == ID


def test_with_both_kinds_of_key_either_signature_is_enough() -> None:
    both = account("form", secret=SECRET.decode(), public_key=PUBLIC)
    for signature in (GOOD, ASYMMETRIC, f"{WRONG} {ASYMMETRIC}", f"{ASYMMETRIC} {GOOD}"):
        assert sw.verified(posted(signature), both) == ID
    for signature in (WRONG, GOOD.replace("v1,", "v1a,"), ASYMMETRIC.replace("v1a,", "v1,")):
        with pytest.raises(RefusedSignatureError):
            sw.verified(posted(signature), both)


def test_while_a_secret_rotates_the_old_and_the_new_one_are_good() -> None:
    old_and_new = account("form", secret=f"whsec_AAAA, {SECRET.decode()}")
    assert sw.verified(posted(), old_and_new) == ID
    assert sw.secrets_in("a,b c") == (b"a,b c",), "a secret that is no whsec_ may hold a comma"


@pytest.mark.parametrize("values", [{}, {"secret": " "}, {"public_key": ", "}, {"public_key": "whpk_AAAA"}])
def test_without_a_usable_key_nothing_is_genuine(values: dict[str, str]) -> None:
    with pytest.raises(RefusedSignatureError):
        sw.verified(posted(f"{GOOD} {ASYMMETRIC}"), account("form", **values))


def test_a_flood_of_entries_is_looked_at_only_so_far() -> None:
    flood = " ".join([f"v1a,{'A' * 88}"] * sw.ENTRIES)
    with pytest.raises(RefusedSignatureError):
        sw.verified(posted(f"{flood} {ASYMMETRIC}"), account("form", public_key=PUBLIC))


def test_a_body_that_is_no_text_is_verified_as_bytes() -> None:
    signed = sw.sign(b"\xff\xfe", event_id=ID, at=AT, secret=SECRET)
    assert sw.verify(b"\xff\xfe", signed, secret=SECRET, at=AT) == ID


@given(st.binary(), event_ids, st.binary(min_size=32, max_size=32), st.text())
def test_what_the_other_side_signs_with_its_own_key_verifies_and_any_change_is_refused(
    body: bytes, event_id: str, seed: bytes, junk: str
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = "whpk_" + base64.b64encode(private.public_key().public_bytes_raw()).decode()
    stamp = str(int(NOON.timestamp()))
    signature = base64.b64encode(private.sign(f"{event_id}.{stamp}.".encode() + body)).decode()
    given_headers = {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": f"v1a,{signature}"}
    assert sw.verify_any(body, given_headers, secrets=(), public_keys=(public,), at=NOON) == event_id
    for changed_body, changed in (
        (body + b" ", given_headers),
        (body, {**given_headers, "webhook-id": event_id + "x"}),
        (body, {**given_headers, "webhook-signature": "v1a," + junk}),
    ):
        with pytest.raises(RefusedSignatureError):
            sw.verify_any(changed_body, changed, secrets=(), public_keys=(public,), at=NOON)


@given(st.text(), st.text())
def test_whatever_a_person_entered_as_a_key_only_opens_or_refuses(secret: str, public_key: str) -> None:
    with pytest.raises(RefusedSignatureError):
        sw.verified(posted(f"{GOOD} {ASYMMETRIC}"), account("form", secret=secret, public_key=public_key))


@pytest.mark.parametrize(
    ("values", "ok", "says"),
    [
        ({}, False, "Neither"),
        ({"secret": "whsec_" + "AAAA" * 8}, True, "signed with a secret are"),
        ({"secret": "whsec_" + "AAAA" * 8, "public_key": PUBLIC}, True, "a secret or a public key"),
        ({"secret": "whsec_AAAA"}, False, "too short"),
        ({"public_key": "AAAA"}, False, "starts with whpk_"),
        ({"public_key": "whpk_AAAA"}, False, "32 bytes"),
        ({"secret": "whsec_!"}, False, "base64"),
    ],
)
async def test_the_check_says_whether_the_keys_can_be_used(values: dict[str, str], ok: bool, says: str) -> None:
    checked = await FormPlug().check(account("form", **values), deadline=1)
    assert checked.ok is ok
    assert says in checked.text
