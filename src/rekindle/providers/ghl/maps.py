"""The office's own map of HighLevel's custom fields and pipeline stages, as JSON in its account."""

from dataclasses import dataclass

import orjson

from rekindle.providers.ports import Account


class MapError(Exception):
    """A map is not what it must be; the message says what a person has to mend."""


@dataclass(frozen=True)
class Pipeline:
    """A pipeline and, by our stage names, its stages' ids."""

    pipeline_id: str
    stages: dict[str, str]


def custom_fields(account: Account) -> dict[str, str]:
    """HighLevel's custom field id by our field's name; empty when nothing, or nothing readable, is mapped."""
    try:
        return _fields(account)
    except MapError:
        return {}  # the look at the connection tells a person; contacts and tags go on meanwhile


def pipeline(account: Account) -> Pipeline | None:
    """Where opportunities go; None when the office wants none, or its map cannot be read."""
    try:
        return _pipeline(account)
    except MapError:
        return None


def check(account: Account) -> None:
    """Raises MapError when one of the maps cannot be read."""
    _fields(account)
    _pipeline(account)


def _fields(account: Account) -> dict[str, str]:
    return _texts("fields", _object("fields", account.get("fields")))


def _pipeline(account: Account) -> Pipeline | None:
    said = _object("pipeline", account.get("pipeline"))
    if not said:
        return None
    pipeline_id, stages = said.get("pipeline_id"), said.get("stages")
    if not isinstance(pipeline_id, str) or not pipeline_id or not isinstance(stages, dict):
        raise MapError('The pipeline must look like {"pipeline_id": "…", "stages": {"contacted": "…"}}.')
    return Pipeline(pipeline_id, _texts("pipeline", stages))


def _object(field: str, given: str) -> dict[str, object]:
    if not given.strip():
        return {}
    try:
        said = orjson.loads(given)
    except orjson.JSONDecodeError as error:
        raise MapError(f"The field “{field}” is no JSON.") from error
    if not isinstance(said, dict):
        raise MapError(f"The field “{field}” must be a JSON object, in curly brackets.")
    return said


def _texts(field: str, said: dict[str, object]) -> dict[str, str]:
    wrong = [name for name, value in said.items() if not isinstance(value, str) or not value]
    if wrong:
        raise MapError(f"The field “{field}” must name an id, in quotes, for “{wrong[0]}”.")
    return {name: value for name, value in said.items() if isinstance(value, str)}
