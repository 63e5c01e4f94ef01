"""The next step of each walk, with its messages drafted, so that a missing field is known before deciding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.content.compose import compose
from rekindle.content.types import Known, Template, Values
from rekindle.decide.facts import Address, Draft, PlannedStep, Touch
from rekindle.decide.words import Channel, Lane, MessageState
from rekindle.facts.build import many
from rekindle.kit.db import Row
from rekindle.sequences.definition import Step, next_due
from rekindle.sequences.versions import Version

# After this long without a text from us, the next one says again who we are (COMPLIANCE F14).
INTRODUCE_AGAIN = timedelta(days=30)
NOT_HEARD = (MessageState.FAILED, MessageState.UNDELIVERED)


def openings(addresses: Iterable[Address], touches: Iterable[Touch], *, at: datetime) -> frozenset[str]:
    """Addresses that have not heard from us lately: the next SMS to them introduces us."""
    heard = {t.address for t in touches if t.at > at - INTRODUCE_AGAIN and t.state not in NOT_HEARD}
    return frozenset(a.value for a in addresses if a.value not in heard)


def known(row: Row, addresses: Iterable[Address]) -> Known:
    """What a message to this lead may mention."""
    first = dict.fromkeys(Channel, "") | {a.channel: a.value for a in reversed(list(addresses))}
    return Known(
        first_name=row["first_name"],
        last_name=row["last_name"],
        email=first[Channel.EMAIL],
        phone=first[Channel.SMS],
        street=row["street"] or "",
        city=row["city"] or "",
        state=row["state"] or "",
        zip=row["zip"] or "",
        attributes=tuple((str(name), str(value)) for name, value in row["attributes"].items()),
        office_name=row["office_name"],
        brokerage=row["brokerage"],
        office_phone=row["office_phone"] or "",
        office_email=row["office_email"] or "",
        office_address=row["office_address"] or "",
        booking_url=row["booking_url"] or "",
        agent_name=row["agent_name"] or "",
        agent_phone=row["agent_phone"] or "",
        agent_email=row["agent_email"] or "",
    )


def templates(walks: list[Row]) -> dict[tuple[str, Channel], Template]:
    """The active templates of each walk's next step."""
    found = {}
    for walk in walks:
        for item in many(walk["templates"]):
            channel = Channel(item["channel"])
            found[str(walk["id"]), channel] = Template(
                item["name"], item["version"], channel, item["subject"], item["body"]
            )
    return found


@dataclass(frozen=True)
class Drafting:
    """What drafts of one lead are made from."""

    texts: Mapping[tuple[str, Channel], Template]
    values: Values
    first: bool
    touches: tuple[Touch, ...]
    at: datetime


def planned(walks: list[Row], versions: Mapping[UUID, Version], drafting: Drafting) -> tuple[PlannedStep, ...]:
    """One planned step a walk, in the order of the walks."""
    return tuple(_planned(walk, versions[walk["version_id"]], drafting) for walk in walks)


def _planned(walk: Row, version: Version, drafting: Drafting) -> PlannedStep:
    index, steps = walk["step"], version.definition.steps
    step, enrollment_id = steps[index], str(walk["id"])
    entered_at, due_at = walk["entered_at"], walk["due_at"]
    taken = _taken(walk["sequence"], step, drafting.touches, entered_at)
    wanted = [option.channel for option in step.options if option.channel not in taken]
    return PlannedStep(
        enrollment_id=enrollment_id,
        sequence=walk["sequence"],
        version=version.number,
        step=step.id,
        index=index,
        last=index + 1 == len(steps),
        due_at=due_at,
        next_due_at=next_due(version.definition, index, entered_at=entered_at, left_at=max(drafting.at, due_at)),
        expires_at=due_at + step.expires_after,
        message_class=step.message_class,
        lane=max(step.lane, Lane(walk["lane"])),
        drafts=tuple(
            _draft(drafting.texts[enrollment_id, channel], drafting)
            for channel in wanted
            if (enrollment_id, channel) in drafting.texts
        ),
    )


def _taken(sequence: str, step: Step, touches: tuple[Touch, ...], entered_at: datetime) -> frozenset[Channel]:
    """The channels that the step named by `other_than` went out on, on this walk."""
    if step.other_than is None:
        return frozenset()
    name = f"{sequence}/{step.other_than}"
    return frozenset(t.channel for t in touches if t.step == name and t.at >= entered_at and t.state not in NOT_HEARD)


def _draft(template: Template, drafting: Drafting) -> Draft:
    made = compose(template, drafting.values, first=drafting.first)
    return Draft(template.channel, template.name, template.version, made.missing, made.segments)
