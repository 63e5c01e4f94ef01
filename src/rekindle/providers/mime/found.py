"""What a notification says of a person, before it is checked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """Fields as written. Several addresses: the best first."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    message: str = ""
    kind: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    source: str = ""
    page: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
