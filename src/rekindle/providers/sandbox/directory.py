"""Which offices the sandbox serves, and the secrets they gave it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.kit.clock import Clock

SHORTEST = timedelta(seconds=1)  # between two looks for an office that is not there


@dataclass(frozen=True)
class SandboxOffice:
    """An office in sandbox mode. The secrets are key bytes or `whsec_…`, as the caller holds them."""

    office_id: UUID
    slug: str
    form_secret: bytes = field(repr=False)
    sandbox_secret: bytes = field(repr=False)
    name: str = ""


Offices = Sequence[SandboxOffice] | Callable[[], Awaitable[Sequence[SandboxOffice]]]


class Directory:
    """Looks offices up, and asks its source again when one is missing: offices are made while the sandbox runs."""

    def __init__(self, source: Offices, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._known: tuple[SandboxOffice, ...] = ()
        self._asked: datetime | None = None

    async def every(self) -> tuple[SandboxOffice, ...]:
        """All offices, as of now."""
        await self._ask()
        return self._known

    async def by_id(self, office_id: str) -> SandboxOffice | None:
        """The office with this id, written as text."""
        return await self._find(lambda office: str(office.office_id) == office_id)

    async def by_slug(self, slug: str) -> SandboxOffice | None:
        """The office with this slug."""
        return await self._find(lambda office: office.slug == slug)

    async def _find(self, fits: Callable[[SandboxOffice], bool]) -> SandboxOffice | None:
        for attempt in ("known", "asked again"):
            found = next((office for office in self._known if fits(office)), None)
            if found or attempt == "asked again":
                return found
            now = self._clock.now()
            if self._asked is None or now - self._asked >= SHORTEST:
                self._asked = now
                await self._ask()
        return None

    async def _ask(self) -> None:
        self._known = tuple(await self._source()) if callable(self._source) else tuple(self._source)
