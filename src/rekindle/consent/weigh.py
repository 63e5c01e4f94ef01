"""Which word counts: the pure rule behind consent_state, so that it can be rebuilt from the events at any time."""

from rekindle.consent.types import Standing
from rekindle.decide.words import Basis

# How much a grant proves. A weaker one never takes the place of a stronger one.
STRENGTH = {Basis.WRITTEN: 4, Basis.REPLY: 4, Basis.GIVEN: 3, Basis.INQUIRY: 2, Basis.ATTESTED: 1}
# Only the person's own explicit yes ends a revocation: no list, and no mere question, does.
EXPLICIT = frozenset({Basis.WRITTEN, Basis.REPLY, Basis.GIVEN})
# What was never said by the person on that day may not outlive a no of an earlier date.
HEARSAY = frozenset({Basis.INQUIRY, Basis.ATTESTED})


def counts(new: Standing, known: Standing | None) -> bool:
    """Whether the new word takes the place of the known one."""
    if known is None:
        return True
    if not new.granted:
        return new.at > known.at if not known.granted else new.at >= known.at or known.basis in HEARSAY
    if not known.granted:
        return new.at > known.at and new.basis in EXPLICIT
    if STRENGTH[new.basis] == STRENGTH[known.basis]:
        return new.at > known.at
    return STRENGTH[new.basis] > STRENGTH[known.basis]
