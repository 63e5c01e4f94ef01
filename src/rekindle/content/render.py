"""Liquid to text, strictly: a field without a value is named, never printed as a blank."""

from contextvars import ContextVar
from functools import lru_cache

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError
from liquid.undefined import Undefined

from rekindle.content.types import Values

_missing: ContextVar[dict[str, None]] = ContextVar("missing")


class BadTemplateError(Exception):
    """The text is not Liquid we understand; the message names the line."""


class _Named(Undefined):
    """Notes its own name when it is about to be printed; conditions, defaults and loops may still ask about it."""

    def __str__(self) -> str:
        _missing.get()[(self.hint or self.name).removesuffix(" is undefined").strip("'")] = None
        return ""


class _Limited(Environment):
    """Templates are written by offices: loops and output have a ceiling."""

    loop_iteration_limit = 200
    output_stream_limit = 50_000


_environment = _Limited(undefined=_Named)


@lru_cache(maxsize=2048)
def _parsed(text: str) -> BoundTemplate:
    return _environment.from_string(text)


def check(text: str) -> None:
    """Nothing when `text` is valid Liquid; raises BadTemplateError."""
    try:
        _parsed(text)
    except LiquidError as error:
        raise BadTemplateError(str(error).splitlines()[0]) from error


def fill(text: str, values: Values) -> tuple[str, tuple[str, ...]]:
    """The text with its fields filled, and the names of fields that had no value; raises BadTemplateError."""
    found: dict[str, None] = {}
    mark = _missing.set(found)
    try:
        made = _parsed(text).render(**values)
    except LiquidError as error:
        raise BadTemplateError(str(error).splitlines()[0]) from error
    finally:
        _missing.reset(mark)
    return made.strip(), tuple(found)
