"""The suite every webhook source passes: what a new adapter must show before it is wired in.

A module `adapters_<provider>.py` beside this one lists a provider's adapters in `ADAPTERS`; test_inbound_contract.py
finds them, runs every check here on each, and knocks on each through the real web app.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from rekindle.providers.ports import Account, Event, Ignored, Inbound, RefusedSignatureError, Request, UnparsableError
from tests.conftest import NOON

HOOKS = "https://rekindle.example/hooks/lakeside"
OFFICE = UUID(int=7)
JUNK = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b"{}",
    b"[" * 5000,
    b'{"a":"\\ud800"}',
    b"\x00",
    b"a=b&=&%ff",
)


@dataclass(frozen=True)
class Sample:
    """A genuine body, and where it is posted to."""

    body: bytes
    tail: str = ""
    query: str = ""
    content_type: str = "application/json"
    changes: tuple[tuple[bytes, bytes], ...] = ((b"5", b"6"), (b"1", b"2"))  # single edits that forge it


# The headers a genuine request carries beside its content type; it may also return a changed request (a query).
Sign = Callable[[Request, Account], Mapping[str, str]]


@dataclass(frozen=True)
class Adapter:
    """One source with genuine bodies and the provider's own way of signing them.

    `wrong`: accounts whose credentials are not the ones that sign. `fresh`: how far from now a genuine request may
    be, None when the provider signs no time. `covers_body` False: authenticated by a secret header or URL alone.
    """

    inbound: Inbound
    account: Account
    wrong: tuple[Account, ...]
    sign: Sign
    samples: tuple[Sample, ...]
    fresh: timedelta | None = None
    covers_body: bool = True
    by_url: bool = False  # the secret is the URL itself, which even an unsigned request then bears
    optional_headers: frozenset[str] = field(default_factory=frozenset)  # may be missing from a genuine request

    def request(self, sample: Sample, *, at: datetime = NOON) -> Request:
        """The sample on the wire, not signed yet."""
        path = f"{HOOKS}/{self.inbound.source}" + (f"/{sample.tail}" if sample.tail else "")
        url = path + (f"?{sample.query}" if sample.query else "")
        return Request("POST", url, sample.tail, {"content-type": sample.content_type}, sample.body, at)

    def genuine(self, sample: Sample, *, at: datetime = NOON) -> Request:
        """The sample, signed as the provider does."""
        request = self.request(sample, at=at)
        return replace(request, headers={**request.headers, **self.sign(request, self.account)})

    def event(self, request: Request, external_id: str) -> Event:
        return Event(external_id, request.body, NOON, request.tail, request.headers.get("content-type", ""))

    def refuses(self, request: Request, account: Account | None = None) -> None:
        with pytest.raises(RefusedSignatureError):
            self.inbound.verify(request, account or self.account)


def account(provider: str, **values: str) -> Account:
    """An account of the test office."""
    return Account(OFFICE, provider, values)


def genuine_is_taken(adapter: Adapter) -> None:
    for sample in adapter.samples:
        request = adapter.genuine(sample)
        verified = adapter.inbound.verify(request, adapter.account)
        assert verified.external_id
        assert adapter.inbound.parse(adapter.event(request, verified.external_id), adapter.account)
        # The same bytes again are the same event; that it counts once is the inbox's part.
        assert adapter.inbound.verify(request, adapter.account) == verified


def altered_is_refused(adapter: Adapter) -> None:
    if not adapter.covers_body:
        return
    for sample in adapter.samples:
        request, body = adapter.genuine(sample), sample.body
        edits = [body.replace(old, new, 1) for old, new in sample.changes]
        for altered in (b"", body + b" ", body[:-1], b"\xff" + body, *edits):
            if altered != body:
                adapter.refuses(replace(request, body=altered))


def wrong_key_is_refused(adapter: Adapter) -> None:
    assert adapter.wrong
    for sample in adapter.samples:
        for wrong in (*adapter.wrong, account(adapter.account.provider)):
            adapter.refuses(adapter.genuine(sample), wrong)


def stale_is_refused(adapter: Adapter) -> None:
    if adapter.fresh is None:
        return
    for off in (-adapter.fresh - timedelta(minutes=1), adapter.fresh + timedelta(minutes=1), timedelta(days=-365)):
        for sample in adapter.samples:
            adapter.refuses(replace(adapter.genuine(sample, at=NOON + off), at=NOON))


def missing_parts_are_refused(adapter: Adapter) -> None:
    for sample in adapter.samples:
        request = adapter.genuine(sample)
        if request.headers.keys() > {"content-type"}:
            adapter.refuses(replace(request, headers={}))
        for name in request.headers.keys() - {"content-type"} - adapter.optional_headers:
            others = {k: v for k, v in request.headers.items() if k != name}
            adapter.refuses(replace(request, headers=others))
            adapter.refuses(replace(request, headers={**others, name: ""}))


def junk_headers_are_refused(adapter: Adapter) -> None:
    """What raises in many official libraries must refuse here: commas, spaces, base64 that is none, other letters."""
    for sample in adapter.samples:
        request = adapter.genuine(sample)
        for name in request.headers.keys() - {"content-type"}:
            for junk in (
                "v1",
                ",",
                "v1,,",
                "v1,  ",
                "====",
                "N/A",
                "\xff\xfe",
                "sha256=",
                "sha256=zz",
                "-1",
                "1e9",
                "0x10",
                "a" * 9000,
            ):
                adapter.refuses(replace(request, headers={**request.headers, name: junk}))


def genuine_junk_is_unparsable_and_nothing_worse(adapter: Adapter) -> None:
    """Signed rightly, and nonsense: refused, or kept as dead with a reason; never an exception of another kind."""
    for sample in adapter.samples:
        for junk in JUNK:
            request = adapter.genuine(replace(sample, body=junk))
            try:
                external_id = adapter.inbound.verify(request, adapter.account).external_id
            except RefusedSignatureError:
                continue
            try:
                parsed = adapter.inbound.parse(adapter.event(request, external_id), adapter.account)
            except UnparsableError as error:
                assert str(error)  # noqa: PT017 a reason must be given
            else:
                assert all(isinstance(word, Ignored) and word.why for word in parsed)


def another_providers_is_refused(adapter: Adapter, other: Adapter) -> None:
    """Signed rightly by somebody else, for somebody else."""
    theirs = other.genuine(other.samples[0])
    adapter.refuses(theirs)
    if adapter.by_url:
        return
    mine = adapter.request(adapter.samples[0])
    adapter.refuses(replace(mine, headers={**mine.headers, **other.sign(mine, other.account)}))


CHECKS = (
    genuine_is_taken,
    altered_is_refused,
    wrong_key_is_refused,
    stale_is_refused,
    missing_parts_are_refused,
    junk_headers_are_refused,
    genuine_junk_is_unparsable_and_nothing_worse,
)
