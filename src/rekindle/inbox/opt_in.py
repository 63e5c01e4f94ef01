"""START: the one way back after a stop, from the number itself."""

import re

from rekindle.consent.record import grant_many
from rekindle.consent.store import standings
from rekindle.consent.suppress import lift
from rekindle.consent.types import Word
from rekindle.decide.words import Basis, Channel
from rekindle.inbox.desk import Desk
from rekindle.inbox.said import Said
from rekindle.timeline.store import LEAD

AGAIN = re.compile(r"\W*(?:start|unstop|resume|opt[- ]?in|empezar|comenzar)\W*", re.IGNORECASE)


async def take(desk: Desk, said: Said, *, by_carrier: bool = False) -> None:
    """Lift the number's block and grant consent anew, when it was blocked and the text says nothing but that.

    `by_carrier`: it was a start keyword to the carrier, who has lifted its own block.
    """
    if said.channel is not Channel.SMS or not (by_carrier or AGAIN.fullmatch(said.text)):
        return
    if await _overruled(desk, said):
        return
    lifted = await lift(
        desk.conn,
        desk.office_id,
        desk.office_key,
        channels=frozenset({said.channel}),
        address=said.address,
        reason=f"wrote {said.text[:20]!r}, event {said.job.event_id}",
        at=desk.at,
    )
    if lifted:
        word = Word(
            said.channel,
            said.address,
            granted=True,
            basis=Basis.REPLY,
            said_at=said.at,
            lead_id=said.lead.id,
            event_id=said.job.event_id,
            evidence={"text": said.text},
        )
        await grant_many(desk.conn, desk.office_id, [word], at=desk.at, actor=LEAD)


async def _overruled(desk: Desk, said: Said) -> bool:
    """Whether a no was said later than this yes, which only came in later."""
    key = (said.channel, said.address)
    stands = (await standings(desk.conn, desk.office_id, [key])).get(key)
    return stands is not None and not stands.granted and stands.at > said.at
