"""Known answers from the official projects: published test keys and signatures, each with its source and licence."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("vectors.json")


def of(provider: str) -> list[dict[str, Any]]:
    """The vectors of one provider or scheme; an unknown name is a mistake in the test and raises LookupError."""
    found = [vector for vector in _read()["vectors"] if vector["provider"] == provider]
    if not found:
        raise LookupError(f"no vectors of {provider}; there are {sorted({v['provider'] for v in _read()['vectors']})}")
    return found


def public_keys() -> dict[str, dict[str, str]]:
    """The providers' published public keys, PEM and source."""
    keys: dict[str, dict[str, str]] = _read()["published_public_keys"]
    return keys


def _read() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(FILE.read_text())
    return read
