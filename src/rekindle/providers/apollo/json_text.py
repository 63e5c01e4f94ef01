"""JSON whose numbers stay text: Apollo's ids are signed 64-bit integers, beyond what other readers keep exactly."""

import json
from typing import Any


def read(body: bytes) -> Any:
    """The value in a body, every number as its digits; None when it is no JSON."""
    try:
        return json.loads(body.decode(), parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def fields(body: bytes) -> dict[str, Any]:
    """The object in a body; empty when it is none."""
    given = read(body)
    return given if isinstance(given, dict) else {}


def text(value: object, *, limit: int = 500) -> str:
    """A text without what cannot be stored; empty when it is none."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode().strip()[:limit]


def number(value: object) -> float:
    """A count of credits; 0 when it is none."""
    try:
        counted = float(value) if isinstance(value, str) else 0.0
    except ValueError:
        return 0.0
    return counted if 0 <= counted < 1e6 else 0.0  # noqa: PLR2004 no price has seven digits
