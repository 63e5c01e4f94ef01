"""A lead's story in sentences: one for every kind of line a timeline can hold."""

from collections.abc import Callable
from dataclasses import dataclass

from rekindle.timeline.types import Entry, Kind
from rekindle.web.pages import times
from rekindle.web.pages.story import of_decision, of_lead, of_message, of_person
from rekindle.web.pages.story.said import Context, Data, Said
from rekindle.web.pages.times import Moment


@dataclass(frozen=True)
class StoryLine:
    """One line of the story as a template needs it; `day` is set on the first line of a day."""

    id: str
    day: str
    at: Moment
    by: str
    said: Said


def tell(entries: list[Entry], context: Context) -> tuple[StoryLine, ...]:
    """The lines, newest first as they came, each with its sentence."""
    told, last_day = [], ""
    for entry in entries:
        day = times.day_name(entry.at, context.zone, context.at)
        told.append(
            StoryLine(
                id=f"line-{entry.id}",
                day=day if day != last_day else "",
                at=times.clock(entry.at, context.zone, context.at),
                by=_by(entry.actor, context),
                said=SENTENCES[entry.kind](entry.data, context),
            )
        )
        last_day = day
    return tuple(told)


def _by(actor: str, context: Context) -> str:
    role, _, key = actor.partition(":")
    if role == "person":
        return context.names.get(key, "a person")
    return {"engine": "", "lead": "", "import": "from a file", "api": "by API", "provider": f"told by {key}"}.get(
        role, role
    )


SENTENCES: dict[Kind, Callable[[Data, Context], Said]] = {
    Kind.CREATED: of_lead.created,
    Kind.ENQUIRED: of_lead.enquired,
    Kind.CHANGED: of_lead.changed,
    Kind.MERGED: of_lead.merged,
    Kind.UNMERGED: of_lead.unmerged,
    Kind.CONSENT_GRANTED: of_lead.granted,
    Kind.CONSENT_REVOKED: of_lead.revoked,
    Kind.SUPPRESSED: of_lead.suppressed,
    Kind.SCORED: of_lead.scored,
    Kind.ENROLLED: of_lead.enrolled,
    Kind.EXITED: of_lead.exited,
    Kind.DECIDED: of_decision.decided,
    Kind.PLANNED: of_message.planned,
    Kind.CANCELED: of_message.canceled,
    Kind.LEFT: of_message.left,
    Kind.RECEIPT: of_message.receipt,
    Kind.UNKNOWN: of_message.unknown,
    Kind.RECONCILED: of_message.reconciled,
    Kind.FAILED: of_message.failed,
    Kind.REPLIED: of_message.replied,
    Kind.TOUCHED: of_message.touched,
    Kind.ENRICHED: of_lead.enriched,
    Kind.BOOKED: of_lead.booked,
    Kind.HANDED_OFF: of_person.handed_off,
    Kind.OFFERED: of_person.offered,
    Kind.ACKNOWLEDGED: of_person.acknowledged,
    Kind.TAKEN_OVER: of_person.taken_over,
    Kind.RELEASED: of_person.released,
    Kind.ASSIGNED: of_person.assigned,
    Kind.PAUSED: of_person.paused,
    Kind.RESUMED: of_person.resumed,
    Kind.NOTE: of_lead.note,
}
