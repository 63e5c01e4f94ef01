"""The suite every webhook source passes: what a new adapter must show before it is wired in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from rekindle.providers.ports import Inbound, RefusedSignatureError, UnparsableError
from tests.conftest import NOON

Sign = Callable[[bytes, datetime, bytes], dict[str, str]]


@dataclass(frozen=True)
class Adapter:
    """One source with genuine bodies and the provider's own way of signing them."""

    inbound: Inbound
    sign: Sign
    secret: bytes
    bodies: tuple[bytes, ...]

    def genuine(self, body: bytes, *, at: datetime = NOON) -> dict[str, str]:
        return self.sign(body, at, self.secret)

    def refuses(self, body: bytes, headers: Mapping[str, str], *, secret: bytes | None = None) -> None:
        with pytest.raises(RefusedSignatureError):
            self.inbound.verify(body, headers, secret=self.secret if secret is None else secret, at=NOON)


def genuine_is_taken(adapter: Adapter) -> None:
    for body in adapter.bodies:
        headers = adapter.genuine(body)
        external_id = adapter.inbound.verify(body, headers, secret=adapter.secret, at=NOON)
        assert external_id
        assert adapter.inbound.parse(body, external_id=external_id)
        # The same bytes again are the same event; that it counts once is the inbox's part.
        assert adapter.inbound.verify(body, headers, secret=adapter.secret, at=NOON) == external_id


def altered_is_refused(adapter: Adapter) -> None:
    for body in adapter.bodies:
        headers = adapter.genuine(body)
        for altered in (b"", body + b" ", body[:-1], body.replace(b"5", b"6", 1), b"\xff" + body):
            if altered != body:
                adapter.refuses(altered, headers)


def wrong_key_is_refused(adapter: Adapter) -> None:
    headers = adapter.genuine(adapter.bodies[0])
    for key in (b"", b"x", adapter.secret + b"x", adapter.secret[:-1]):
        adapter.refuses(adapter.bodies[0], headers, secret=key)


def another_providers_is_refused(adapter: Adapter, other: Adapter) -> None:
    """Signed rightly by somebody else, for somebody else."""
    adapter.refuses(adapter.bodies[0], other.genuine(adapter.bodies[0]))
    adapter.refuses(other.bodies[0], other.genuine(other.bodies[0]))


def stale_is_refused(adapter: Adapter) -> None:
    for off in (timedelta(minutes=-6), timedelta(minutes=6), timedelta(days=-365)):
        adapter.refuses(adapter.bodies[0], adapter.genuine(adapter.bodies[0], at=NOON + off))


def missing_parts_are_refused(adapter: Adapter) -> None:
    headers = adapter.genuine(adapter.bodies[0])
    adapter.refuses(adapter.bodies[0], {})
    for name in headers:
        adapter.refuses(adapter.bodies[0], {k: v for k, v in headers.items() if k != name})
        adapter.refuses(adapter.bodies[0], {**headers, name: ""})


def genuine_junk_is_unparsable_and_nothing_worse(adapter: Adapter) -> None:
    for junk in (b"", b"null", b"[]", b'"text"', b"{", b"\xff\xfe", b"{}", b"[" * 5000, b'{"a":"\\ud800"}', b"\x00"):
        headers = adapter.genuine(junk)
        external_id = adapter.inbound.verify(junk, headers, secret=adapter.secret, at=NOON)
        with pytest.raises(UnparsableError):
            adapter.inbound.parse(junk, external_id=external_id)


CHECKS = (
    genuine_is_taken,
    altered_is_refused,
    wrong_key_is_refused,
    stale_is_refused,
    missing_parts_are_refused,
    genuine_junk_is_unparsable_and_nothing_worse,
)
