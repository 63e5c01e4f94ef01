"""Which pack holds when. Packs are files of this package: read once, checked whole, kept."""

import functools
from datetime import datetime
from pathlib import Path

from rekindle.decide.policy import Policy
from rekindle.policy.check import check
from rekindle.policy.read import Pack, read
from rekindle.policy.tables import PolicyError

PACKS = Path(__file__).parent / "packs"

__all__ = ["PolicyError", "active", "by_version", "load_all"]


def active(at: datetime) -> Policy:
    """The newest pack in effect at `at`; raises PolicyError when none covers that day: no rules, no sending."""
    day = at.date()
    begun = [pack for pack in load_all() if pack.effective <= day]
    if not begun:
        raise PolicyError(f"no policy pack is in effect on {day}")
    newest = max(begun, key=lambda pack: pack.effective)
    if day > newest.covers_until:
        raise PolicyError(f"the pack {newest.policy.version} ends on {newest.covers_until}")
    return newest.policy


def by_version(version: str) -> Policy:
    """The pack a stored decision names; raises PolicyError when it did not come with this installation."""
    for pack in load_all():
        if pack.policy.version == version:
            return pack.policy
    raise PolicyError(f"no policy pack is called {version}")


@functools.cache
def load_all(folder: Path = PACKS) -> tuple[Pack, ...]:
    """Every pack in `folder`, checked, oldest first."""
    packs = [read(inner) for inner in folder.iterdir() if (inner / "pack.yaml").is_file()]
    for pack in packs:
        check(pack)
    return tuple(sorted(packs, key=lambda pack: pack.effective))
