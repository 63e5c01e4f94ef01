"""Values of the core to plain JSON types and back, exactly: what is stored replays to the same value."""

import dataclasses
import types
import typing
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


class PlainError(Exception):
    """A stored value does not fit the type it is read as."""


def to_plain(value: Any) -> Any:
    """Dataclasses become objects, tuples become lists, enums their values, times ISO 8601."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of type `kind` that `to_plain` gave; raises PlainError."""
    made: T = _read(kind, plain)
    return made


def _read(kind: Any, plain: Any) -> Any:  # noqa: PLR0911 one return a type, in a row
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _read_union(kind, plain)
    if origin is tuple:
        return _read_tuple(typing.get_args(kind), plain)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        try:
            return kind(**{name: _read(hints[name], plain[name]) for name in _stored(kind, plain)})
        except (KeyError, TypeError) as error:
            raise PlainError(f"{kind.__name__}: {error}") from error
    if kind in (datetime, date, time):
        return kind.fromisoformat(plain)
    if kind is timedelta:
        return timedelta(seconds=plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    return plain


def _stored(kind: type, plain: dict[str, Any]) -> list[str]:
    # What was stored before a field with a default was thought of is read as it was decided: without it.
    fields = dataclasses.fields(kind)
    return [f.name for f in fields if f.name in plain or f.default is dataclasses.MISSING]


def _read_union(kind: Any, plain: Any) -> Any:
    if plain is None:
        return None
    options = [option for option in typing.get_args(kind) if option is not type(None)]
    if len(options) != 1:
        raise PlainError(f"{kind} is stored ambiguously")
    return _read(options[0], plain)


def _read_tuple(arguments: tuple[Any, ...], plain: Any) -> tuple[Any, ...]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_read(arguments[0], item) for item in plain)
    return tuple(_read(kind, item) for kind, item in zip(arguments, plain, strict=True))
