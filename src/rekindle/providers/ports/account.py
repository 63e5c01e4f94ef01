"""An office's account with a provider: what the connections room keeps sealed, opened for one call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from rekindle.decide.words import Channel


@dataclass(frozen=True)
class Account:
    """Credentials and settings by field name. Its repr shows no value, so it cannot leak into a log."""

    office_id: UUID
    provider: str
    values: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str:
        """The value of a field; empty when it was never entered."""
        return self.values.get(name, "")


@dataclass(frozen=True)
class Field:
    """One thing a person enters to connect a provider. A secret is never shown again; `make`: we can make it up."""

    name: str
    label: str
    help: str
    secret: bool = False
    required: bool = True
    default: str = ""
    make: bool = False


@dataclass(frozen=True)
class Checked:
    """A live, read-only look at an account: one plain sentence, and the settings it told us (account name, numbers)."""

    ok: bool
    text: str
    found: tuple[tuple[str, str], ...] = ()


class Plug(Protocol):
    """What can be connected: its form, what it can carry, and how to see whether it works."""

    @property
    def provider(self) -> str:
        """The folder's name, and the word in `rekindle connect`."""
        ...

    @property
    def title(self) -> str: ...
    @property
    def fields(self) -> tuple[Field, ...]: ...
    @property
    def channels(self) -> frozenset[Channel]:
        """Messages it can carry to leads; empty for sources and helpers."""
        ...

    @property
    def account_field(self) -> str:
        """The field that names the account at the provider (location, page); "" when none does."""
        ...

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Look, change nothing; raises nothing: what went wrong is the answer."""
        ...


class Fault(StrEnum):
    """Whose fault a failed call is: what the circuit breaker and the people who mend it need to know."""

    MESSAGE = "message"  # this one request cannot work, others can
    BUSY = "busy"  # too fast: wait
    AWAY = "away"  # the provider is down, slow or talks nonsense
    ACCOUNT = "account"  # credentials, billing or registration: a person must act before anything works


class CallFailedError(Exception):
    """A call that is not a message failed. Whether it happened does not matter: such calls are safe to repeat."""

    def __init__(self, code: str, text: str, *, fault: Fault, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.fault = fault
        self.retry_after = retry_after


@dataclass(frozen=True)
class Limit:
    """At most `count` calls in any window of `seconds`, in all processes together.

    Per office; or, with `app`, per installation: some providers count all offices of one app together.
    """

    name: str
    count: int
    seconds: int
    app: bool = False


class Vault(Protocol):
    """Where adapters that renew their own tokens keep them (OAuth refresh)."""

    async def read(self, office_id: UUID, provider: str) -> Account | None:
        """The account as it stands in the database now, past every cache."""
        ...

    async def write(self, office_id: UUID, provider: str, values: Mapping[str, str]) -> None:
        """Durably merge new values into the account, before they are used."""
        ...

    async def claim(self, office_id: UUID, provider: str, *, seconds: float) -> bool:
        """Become the one who renews, for so long; False when somebody else does right now."""
        ...

    async def release(self, office_id: UUID, provider: str) -> None:
        """Done renewing."""
        ...


class OAuth(Protocol):
    """Connecting by consent at the provider's own page (RFC 6749 section 4.1) instead of by typing credentials."""

    def authorize_url(self, state: str, redirect: str, /) -> str:
        """Where to send the person; the provider sends them back to `redirect` with `state` and a code."""
        ...

    async def exchange(self, code: str, redirect: str, /, *, deadline: float) -> Mapping[str, str]:
        """Field values of the account the code stands for; raises CallFailedError. A code works once."""
        ...
