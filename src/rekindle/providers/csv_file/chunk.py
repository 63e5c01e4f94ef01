"""What the inbox keeps of a file: NDJSON, one enquiry a line, in the file's own words."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from rekindle.decide.words import Channel
from rekindle.providers.ports import Enquiry, GivenConsent, UnparsableError

CONTENT_TYPE = "application/x-ndjson"


def write(enquiries: Sequence[Enquiry]) -> bytes:
    """One line an enquiry, every field named; equal enquiries give equal bytes."""
    return b"\n".join([orjson.dumps(enquiry) for enquiry in enquiries])


def name_of(body: bytes) -> str:
    """The external id of a chunk: the same rows, read the same way, are the same event."""
    return sha256(body).hexdigest()


def read(body: bytes) -> tuple[Enquiry, ...]:
    """The enquiries that were written; raises UnparsableError."""
    try:
        return tuple(_enquiry(orjson.loads(line)) for line in body.split(b"\n") if line)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise UnparsableError(f"not a chunk of an import: {error}") from error


def _enquiry(plain: dict[str, Any]) -> Enquiry:
    plain["emails"] = tuple(plain["emails"])
    plain["phones"] = tuple(plain["phones"])
    plain["at"] = _time(plain["at"])
    plain["attributes"] = tuple((name, value) for name, value in plain["attributes"])
    plain["consents"] = tuple(_consent(c) for c in plain["consents"])
    return Enquiry(**plain)


def _consent(plain: dict[str, Any]) -> GivenConsent:
    plain["channel"] = Channel(plain["channel"])
    plain["at"] = _time(plain["at"])
    return GivenConsent(**plain)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
