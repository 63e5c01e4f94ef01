"""Meta's webhook: the URL proves itself once, then leads of the office's own page are named and nobody else's."""

from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.kit.settings import SettingsError
from rekindle.providers.meta import settings as meta_settings
from rekindle.providers.meta.inbound import MetaInbound
from rekindle.providers.meta.settings import MetaSettings
from rekindle.providers.ports import Event, Fetch, Ignored, Parsed, RefusedSignatureError, Request, UnparsableError
from tests.conftest import NOON
from tests.providers import vectors
from tests.providers.adapters_meta import ADAPTERS, PAGE, SETTINGS, body, update
from tests.providers.contract import Sample, account

(ADAPTER,) = ADAPTERS
INBOUND = MetaInbound(SETTINGS)
OURS = account("meta", page_id=PAGE)


def parse(content: bytes) -> tuple[Parsed, ...]:
    return INBOUND.parse(Event("evt", content, NOON), OURS)


def named(content: bytes) -> str:
    return INBOUND.verify(ADAPTER.genuine(Sample(content)), OURS).external_id


def asked(**query: str) -> Request:
    pairs = {name.replace("_", ".", 1): value for name, value in query.items()}
    return Request("GET", f"https://rekindle.example/hooks/-/meta?{urlencode(pairs)}", "", {}, b"", NOON)


def test_the_published_signature_is_taken_and_one_letter_off_is_refused() -> None:
    (vector,) = vectors.of("meta")
    inbound = MetaInbound(MetaSettings("https://graph.example", vector["secret"], "t"))
    request = Request("POST", "", "", {"x-hub-signature-256": vector["signature"]}, vector["raw_body"].encode(), NOON)
    assert inbound.verify(request, OURS).external_id.startswith("sha256:")
    off = Request("POST", "", "", request.headers, request.body + b"!", NOON)
    with pytest.raises(RefusedSignatureError):
        inbound.verify(off, OURS)


def test_without_an_app_secret_nothing_is_genuine() -> None:
    request = ADAPTER.genuine(ADAPTER.samples[0])
    with pytest.raises(RefusedSignatureError):
        MetaInbound(MetaSettings("https://graph.example", "", "")).verify(request, OURS)


def test_one_lead_is_one_thing_to_fetch_and_names_the_event() -> None:
    (fetch,) = parse(body(update("668")))
    assert isinstance(fetch, Fetch)
    assert (fetch.external_id, fetch.source, fetch.ref) == ("leadgen:668", "meta-lead", "668")
    assert fetch.at is not None
    assert fetch.at.timestamp() == 1795543170
    assert named(body(update("668"))) == "leadgen:668"


def test_ids_may_come_as_numbers_and_are_kept_as_they_are() -> None:
    (fetch,) = parse(
        b'{"object":"page","entry":[{"id":1029384756,"changes":[{"field":"leadgen","value":{"leadgen_id":9007199254740993}}]}]}'
    )
    assert isinstance(fetch, Fetch)
    assert fetch.ref == "9007199254740993"


def test_a_whole_batch_is_fetched_lead_by_lead_and_repeats_count_once() -> None:
    batch = body(*(update(str(n)) for n in range(1, 1001)), update("7"))
    found = parse(batch)
    assert [fetch.ref for fetch in found if isinstance(fetch, Fetch)] == [str(n) for n in range(1, 1001)]
    assert len(batch) < INBOUND.limit


def test_a_batch_sent_again_in_another_order_is_the_same_event() -> None:
    assert named(body(update("1"), update("2"))) == named(body(update("2"), update("1"), update("2")))
    assert named(body(update("1"), update("2"))) != named(body(update("1"), update("3")))


def test_leads_of_another_page_are_not_this_offices() -> None:
    assert [f.ref for f in parse(body(update("1", page="555"), update("2"))) if isinstance(f, Fetch)] == ["2"]
    (ignored,) = parse(body(update("1", page="555")))
    assert isinstance(ignored, Ignored)
    (ignored,) = parse(body(update("1", field="feed")))
    assert isinstance(ignored, Ignored)


def test_the_platform_url_finds_the_office_by_the_page_of_the_body() -> None:
    def pages(content: bytes) -> tuple[str, ...]:
        return INBOUND.account_names(Request("POST", "", "", {}, content, NOON))

    assert pages(body(update("1"))) == (PAGE,)
    assert pages(body(update("1"), update("2", page="555"), update("3"))) == (PAGE, "555")
    for junk in (b"", b"[]", b'{"entry":7}', b'{"entry":[{"id":{}}]}', b'{"entry":[7]}'):
        assert pages(junk) == ()


@pytest.mark.parametrize("content", [b'{"object":"user","entry":[]}', b'{"object":"page","entry":{}}', b"[]", b"no"])
def test_what_is_no_webhook_of_a_page_is_kept_with_a_reason(content: bytes) -> None:
    with pytest.raises(UnparsableError):
        parse(content)


def test_the_challenge_is_echoed_to_whoever_knows_the_verify_token() -> None:
    request = asked(hub_mode="subscribe", hub_verify_token="verify-token-of-ours", hub_challenge="1158201444")
    assert INBOUND.challenge(request, OURS) == b"1158201444"


@pytest.mark.parametrize(
    "changed",
    [
        {"hub_verify_token": "another"},
        {"hub_verify_token": ""},
        {"hub_verify_token": "é\ud800".encode("utf-8", "replace").decode()},
        {"hub_mode": "unsubscribe"},
        {"hub_challenge": ""},
        {"hub_challenge": "<script>"},
        {"hub_challenge": "1" * 201},
        {"hub_challenge": "1\n2"},
    ],
)
def test_any_other_question_is_refused_and_nothing_is_reflected(changed: dict[str, str]) -> None:
    right = {"hub_mode": "subscribe", "hub_verify_token": "verify-token-of-ours", "hub_challenge": "1158201444"}
    with pytest.raises(RefusedSignatureError):
        INBOUND.challenge(asked(**(right | changed)), OURS)


def test_without_a_verify_token_of_ours_no_challenge_is_answered() -> None:
    request = asked(hub_mode="subscribe", hub_verify_token="", hub_challenge="1")
    with pytest.raises(RefusedSignatureError):
        MetaInbound(MetaSettings("https://graph.example", "s", "")).challenge(request, OURS)


@given(st.text())
def test_any_query_is_answered_or_refused(query: str) -> None:
    with pytest.raises(RefusedSignatureError):
        INBOUND.challenge(Request("GET", f"https://rekindle.example/hooks/-/meta?{query}", "", {}, b"", NOON), OURS)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "changes", "field", "value"]), inner),
    max_leaves=20,
)


@given(st.binary() | json.map(lambda given: orjson.dumps(given, default=str) if not _too_big(given) else b"{}"))
def test_any_bytes_are_words_or_a_reason(content: bytes) -> None:
    INBOUND.account_names(Request("POST", "", "", {}, content, NOON))
    assert named(content)
    try:
        assert parse(content)
    except UnparsableError as error:
        assert str(error)  # noqa: PT017 a reason must be given


@given(json)
def test_any_entries_are_words_or_a_reason(entries: object) -> None:
    if not _too_big(entries):
        try:
            assert parse(orjson.dumps({"object": "page", "entry": entries}))
        except UnparsableError as error:
            assert str(error)  # noqa: PT017 a reason must be given


def _too_big(given: object) -> bool:
    try:
        orjson.dumps(given)
    except orjson.JSONEncodeError:
        return True
    return False


def test_settings_name_what_is_missing() -> None:
    secret = {"REKINDLE_META_APP_SECRET": "s" * 32}
    assert not meta_settings.read({}).wired
    whole = meta_settings.read(
        secret | {"REKINDLE_META_VERIFY_TOKEN": "t" * 16, "REKINDLE_META_URL": "http://127.0.0.1:1/"}
    )
    assert (whole.wired, whole.url) == (True, "http://127.0.0.1:1")
    assert "s" * 32 not in repr(whole)
    for environ, name in (
        (secret, "REKINDLE_META_VERIFY_TOKEN"),
        ({"REKINDLE_META_APP_SECRET": "short", "REKINDLE_META_VERIFY_TOKEN": "t" * 16}, "REKINDLE_META_APP_SECRET"),
        ({"REKINDLE_META_URL": "graph.facebook.com"}, "REKINDLE_META_URL"),
    ):
        with pytest.raises(SettingsError, match=name):
            meta_settings.read(environ)
