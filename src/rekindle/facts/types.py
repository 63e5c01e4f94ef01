"""Everything read of one lead at once: what the core judges, and what a message may say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rekindle.content.types import Known, Template
from rekindle.decide.facts import Facts
from rekindle.decide.words import Channel


class NoLeadError(Exception):
    """There is no such lead in this office, or it was merged into another."""


@dataclass(frozen=True)
class Gathered:
    """`templates` holds those of the next steps, by enrollment id and channel; the rest is as it stands in the row."""

    facts: Facts
    known: Known
    templates: Mapping[tuple[str, Channel], Template]
    openings: frozenset[str]  # addresses no SMS of ours went to lately: the next one introduces us
    lead_name: str
    score: int | None
    temperature: str | None
    next_touch_at: datetime | None
