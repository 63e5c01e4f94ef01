"""What every consideration works with; made once, in the wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rekindle.decide.policy import Policy
from rekindle.kit.crypto import Keyring
from rekindle.policy.load import active


@dataclass(frozen=True)
class Means:
    """`policy` gives the rules in force at an instant; `base_url` is where unsubscribe links lead."""

    keyring: Keyring
    base_url: str
    policy: Callable[[datetime], Policy] = active
    crms: tuple[str, ...] = ()  # the CRMs that are wired in: told of a lead that was looked at, where connected
