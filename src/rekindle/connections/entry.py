"""What a person entered for a provider becomes values to keep: named, whole, with what we make up ourselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rekindle.kit.crypto import new_token
from rekindle.providers.ports import Field, Plug

MOST = 20_000  # characters of one value; a private key in PEM has two thousand
NAME_LENGTH = 200
BY_CONSENT = "by_consent"  # the value that says: tokens came from the provider itself, no secret need be entered


class ConnectError(Exception):
    """The provider cannot be connected so; the message says what to change and holds no value of a secret."""


@dataclass(frozen=True)
class Entered:
    """Everything to keep, and of it what we made up: shown to the person once."""

    values: Mapping[str, str] = field(repr=False)
    made: Mapping[str, str] = field(repr=False)
    account: str


def enter(plug: Plug, given: Mapping[str, str], stored: Mapping[str, str]) -> Entered:
    """Merge; what is not given stays, and so does a secret given blank. Raises ConnectError."""
    wanted = {one.name: one for one in plug.fields}
    if unknown := sorted(given.keys() - wanted.keys()):
        raise ConnectError(f"{plug.title} has no {', '.join(unknown)}; it takes {', '.join(wanted) or 'nothing'}")
    values = {name: _value(plug, one, given.get(name), stored.get(name, "")) for name, one in wanted.items()}
    made = {one.name: new_token() for one in plug.fields if one.make and not values[one.name]}
    values |= made
    kept = {} if _is_another(plug, values, stored) else hidden(plug, stored)
    if missing := [one.name for one in plug.fields if is_wanted(one, {**kept, **values})]:
        raise ConnectError(f"{plug.title} needs {', '.join(missing)}")
    return Entered({**kept, **values}, made, account_of(plug, values))


def installed(plug: Plug, told: Mapping[str, str], stored: Mapping[str, str]) -> Entered:
    """Merge what the provider itself handed over (OAuth); its word ends every older credential of the account."""
    settings = {one.name for one in plug.fields if one.make or not one.secret}
    values = {name: value for name, value in stored.items() if name in settings}
    values |= {one.name: one.default for one in plug.fields if one.default and not values.get(one.name)}
    values |= {**told, BY_CONSENT: "yes"}
    made = {one.name: new_token() for one in plug.fields if one.make and not values.get(one.name)}
    values |= made
    return Entered(values, made, account_of(plug, values))


def hidden(plug: Plug, stored: Mapping[str, str]) -> dict[str, str]:
    """Values that nobody entered: tokens the adapter renews, settings a look told us."""
    return {name: value for name, value in stored.items() if name not in {one.name for one in plug.fields}}


def open_values(plug: Plug, values: Mapping[str, str]) -> dict[str, str]:
    """What a person may see again: values of fields that are no secret."""
    return {one.name: values[one.name] for one in plug.fields if not one.secret and values.get(one.name)}


def is_wanted(one: Field, values: Mapping[str, str]) -> bool:
    """Whether a person must still enter this."""
    return one.required and not values.get(one.name) and not (one.secret and BY_CONSENT in values)


def account_of(plug: Plug, values: Mapping[str, str]) -> str:
    """The provider's name for the account; raises ConnectError when it cannot be one."""
    name = values.get(plug.account_field, "") if plug.account_field else ""
    if len(name) > NAME_LENGTH or not name.isprintable():
        raise ConnectError(f"{plug.account_field} is too long or has characters that no name has")
    return name


def _is_another(plug: Plug, values: Mapping[str, str], stored: Mapping[str, str]) -> bool:
    """Whether these are other credentials or another account, so that old tokens belong to somebody else."""
    telling = {one.name for one in plug.fields if one.secret} | {plug.account_field}
    return any(values.get(name, "") != stored.get(name, "") for name in telling)


def _value(plug: Plug, one: Field, given: str | None, stored: str) -> str:
    if given is None:
        return stored or one.default
    value = given.strip()
    if len(value) > MOST or "\x00" in value or not _is_text(value):
        raise ConnectError(f"{one.name} for {plug.title} is too long or is no text")
    if one.secret and not value:
        return stored
    return value or one.default


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
