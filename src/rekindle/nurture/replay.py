"""Decide a stored decision again, from what it was told then, under the rules it was made under."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rekindle.decide.facts import Attempt, Facts
from rekindle.decide.next_action import next_action
from rekindle.decide.plain import from_plain, to_plain
from rekindle.kit.db import Conn, Row
from rekindle.nurture import store
from rekindle.nurture.person_send import judge
from rekindle.nurture.record import summary
from rekindle.policy.load import by_version


class NoDecisionError(Exception):
    """There is no such decision in this office."""


@dataclass(frozen=True)
class Replayed:
    """The stored verdict and reasons beside the fresh ones; `same` when nothing differs."""

    same: bool
    stored: dict[str, Any]
    again: dict[str, Any]


async def replay(conn: Conn, office_id: UUID, decision_id: UUID) -> Replayed:
    """Raises NoDecisionError, and policy.PolicyError when the pack of that day is not here."""
    row = await store.decision(conn, office_id, decision_id)
    if row is None:
        raise NoDecisionError(str(decision_id))
    return again(row)


def again(row: Row) -> Replayed:
    """The same for a row that was read already; one phase is the core's, the others are the gate's."""
    facts, policy = from_plain(Facts, row["facts"]), by_version(row["policy"])
    if row["phase"] == "decide":
        decision = next_action(facts, policy, at=row["at"], draw=row["draw"])
        made = summary(decision)
        fresh = {"kind": made.kind, "verdict": made.verdict, "until": made.until}
        reasons = to_plain(decision.reasons)
    else:
        attempt = from_plain(Attempt, row["facts"]["attempt"])
        answer = judge(facts, attempt, policy, at=row["at"])
        fresh = {"kind": row["kind"], "verdict": answer.verdict.value, "until": answer.until}
        reasons = to_plain(answer.reasons)
    stored = {name: row[name] for name in fresh} | {"reasons": row["reasons"]}
    fresh["reasons"] = reasons
    return Replayed(stored == fresh, stored, fresh)
