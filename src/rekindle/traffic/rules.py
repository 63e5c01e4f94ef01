"""What the end of a call does to a breaker. Pure: no clock, no database."""

from dataclasses import replace
from datetime import datetime, timedelta

from rekindle.providers.ports import Fault
from rekindle.traffic.types import Breaker, Terms

LONGEST_REASON = 300


def after(
    breaker: Breaker, fault: Fault | None, *, retry_after: float | None, text: str, at: datetime, terms: Terms
) -> Breaker:
    """The breaker once a call has ended so; the same one when that changes nothing. `retry_after` is in seconds.

    While it is open the end of a probe counts; calls that were on their way when it opened tell nothing new.
    """
    if fault is None or fault is Fault.MESSAGE:
        return _answered(breaker, at)
    reason = text.replace("\x00", "")[:LONGEST_REASON] or fault.value
    if fault is Fault.BUSY:
        return _busy(breaker, terms.busy if retry_after is None else _pause(retry_after, terms), reason, at)
    asked = _pause(retry_after or 0.0, terms)
    if breaker.open:
        if not breaker.probe_until:
            return _account_too(breaker, fault, reason, at, terms)
        retry_at = at + max(_longer(breaker, fault, terms), asked)
        failures = breaker.failures + 1
        return replace(breaker, failures=failures, reason=reason, retry_at=retry_at, probe_until=None, updated_at=at)
    failures = breaker.failures + 1
    if fault is Fault.AWAY and failures < terms.failures:
        paused = max(filter(None, (breaker.retry_at, at + asked if asked else None)), default=None)
        return replace(breaker, failures=failures, reason=reason, retry_at=paused, updated_at=at)
    first = terms.account_first if fault is Fault.ACCOUNT else terms.away_first
    return Breaker(
        breaker.provider,
        open=True,
        failures=failures,
        reason=reason,
        opened_at=at,
        retry_at=at + max(first, asked),
        updated_at=at,
    )


def _account_too(breaker: Breaker, fault: Fault, reason: str, at: datetime, terms: Terms) -> Breaker:
    """An account found barred while the provider is away: coming back mends nothing, it waits as an account."""
    until = at + terms.account_first
    if fault is not Fault.ACCOUNT or (breaker.retry_at is not None and breaker.retry_at >= until):
        return breaker
    return replace(breaker, reason=reason, retry_at=until, updated_at=at)


def _answered(breaker: Breaker, at: datetime) -> Breaker:
    if breaker.open and not breaker.probe_until:
        return breaker
    if breaker.clean:
        return breaker
    pause = None if breaker.open else breaker.retry_at  # a pause that was asked for outlives a success beside it
    return Breaker(breaker.provider, retry_at=pause, updated_at=at)


def _busy(breaker: Breaker, pause: timedelta, reason: str, at: datetime) -> Breaker:
    if breaker.open and not breaker.probe_until:
        return breaker
    retry_at = max(filter(None, (breaker.retry_at, at + pause)))
    return replace(breaker, reason=reason, retry_at=retry_at, probe_until=None, updated_at=at)


def _longer(breaker: Breaker, fault: Fault, terms: Terms) -> timedelta:
    """Twice the last wait, within the terms."""
    account = fault is Fault.ACCOUNT
    first, most = (terms.account_first, terms.account_most) if account else (terms.away_first, terms.away_most)
    if breaker.retry_at is None or breaker.updated_at is None:
        return first
    return min(max((breaker.retry_at - breaker.updated_at) * 2, first), most)


def _pause(seconds: float, terms: Terms) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), terms.busy_most.total_seconds()))
