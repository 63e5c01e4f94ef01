"""Which enquiries of one chunk speak of the same person: union-find over shared addresses."""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from rekindle.kit.ids import new_id
from rekindle.leads.stated import Stated
from rekindle.leads.types import Point


@dataclass
class Group:
    """One person as far as this chunk can tell, under the id it gets if nobody knows it yet."""

    lead_id: UUID
    members: list[Stated] = field(default_factory=list)

    @cached_property
    def points(self) -> dict[Point, tuple[str, int]]:
        """Each address once, with how it was written and its place in the order of preference."""
        found: dict[Point, tuple[str, int]] = {}
        for member in self.members:
            for place, (point, raw) in enumerate(member.points.items()):
                found.setdefault(point, (raw, place))
        return found


def gather(statements: list[Stated]) -> list[Group]:
    """The groups, each with its members in order of time."""
    parents = list(range(len(statements)))

    def root(of: int) -> int:
        while parents[of] != of:
            parents[of] = parents[parents[of]]
            of = parents[of]
        return of

    first: dict[Point, int] = {}
    for at, stated in enumerate(statements):
        for point in stated.points:
            parents[root(at)] = root(first.setdefault(point, at))
    groups: dict[int, Group] = {}
    for at, stated in enumerate(statements):
        groups.setdefault(root(at), Group(new_id())).members.append(stated)
    for group in groups.values():
        group.members.sort(key=lambda stated: stated.at)
    return list(groups.values())
