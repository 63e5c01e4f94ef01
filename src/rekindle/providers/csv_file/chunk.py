"""What the inbox keeps of a file: NDJSON, one enquiry a line, in the file's own words."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from rekindle.decide.words import Channel
from rekindle.providers.ports import Enquiry, GivenConsent, UnparsableError

CONTENT_TYPE = "application/x-ndjson"
UNNAMED = b'{"external_id":""'
FIELDS = Enquiry.__dataclass_fields__.keys()
CHANNELS = {channel.value: channel for channel in Channel}


def line(enquiry: Enquiry) -> bytes:
    """One enquiry, named after all it says: the same words read the same way are the same enquiry, in any file."""
    plain = orjson.dumps(enquiry)
    if not plain.startswith(UNNAMED):
        return plain
    return b'{"external_id":"csv:%s"%s' % (sha256(plain).hexdigest()[:32].encode(), plain[len(UNNAMED) :])


def body(lines: Sequence[bytes]) -> bytes:
    """A chunk of such lines."""
    return b"\n".join(lines)


def name_of(chunk: bytes) -> str:
    """The external id of a chunk: the same lines are the same event."""
    return sha256(chunk).hexdigest()


def read(chunk: bytes) -> tuple[Enquiry, ...]:
    """The enquiries that were written; raises UnparsableError."""
    try:
        return tuple([_enquiry(orjson.loads(written)) for written in chunk.split(b"\n") if written])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnparsableError(f"not a chunk of an import: {error}") from error


def _enquiry(plain: dict[str, Any]) -> Enquiry:
    if plain.keys() != FIELDS:
        raise UnparsableError(f"not an enquiry: {sorted(plain.keys() ^ FIELDS)}")
    plain["emails"] = tuple(plain["emails"])
    plain["phones"] = tuple(plain["phones"])
    if plain["at"]:
        plain["at"] = datetime.fromisoformat(plain["at"])
    plain["attributes"] = tuple(map(tuple, plain["attributes"]))
    plain["consents"] = tuple([_consent(given) for given in plain["consents"]])
    # A frozen dataclass sets its fields one by one, which would be a third of the time of an import's parsing.
    made = object.__new__(Enquiry)
    made.__dict__.update(plain)
    return made


def _consent(plain: dict[str, Any]) -> GivenConsent:
    plain["channel"] = CHANNELS[plain["channel"]]
    if plain["at"]:
        plain["at"] = datetime.fromisoformat(plain["at"])
    return GivenConsent(**plain)
