"""What is known of one provider for one office, and the terms on which it is tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Terms:
    """When a breaker opens and how long it waits. ACCOUNT waits longer: a person must act first."""

    failures: int = 5
    away_first: timedelta = timedelta(seconds=30)
    away_most: timedelta = timedelta(minutes=15)
    account_first: timedelta = timedelta(minutes=5)
    account_most: timedelta = timedelta(hours=1)
    busy: timedelta = timedelta(seconds=10)  # the pause after a 429 that does not say how long
    busy_most: timedelta = timedelta(hours=1)
    probe: timedelta = timedelta(minutes=2)  # longer than any call; a probe whose process died is given up then
    look: timedelta = timedelta(seconds=5)  # how soon those who wait for somebody else's probe look again


@dataclass(frozen=True)
class Breaker:
    """One provider for one office. Closed with a `retry_at` is a pause; open, one probe may pass from then on."""

    provider: str
    open: bool = False
    failures: int = 0
    reason: str = ""
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    probe_until: datetime | None = None
    updated_at: datetime | None = None

    @property
    def clean(self) -> bool:
        """Whether a success would change nothing."""
        return not self.open and not self.failures

    def probing(self, at: datetime) -> bool:
        """Whether somebody's probe is on its way."""
        return self.probe_until is not None and self.probe_until > at

    def closed_until(self, at: datetime) -> datetime | None:
        """Until when nobody may call; None when somebody may, be it as the probe."""
        return self.retry_at if self.retry_at is not None and self.retry_at > at else None
