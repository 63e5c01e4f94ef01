"""Connections are looked at every so often, and whoever must know hears when one that worked does not any more."""

from collections.abc import Mapping

from rekindle.alerts import notice
from rekindle.connections.look import Looker
from rekindle.connections.types import State
from rekindle.errands.types import Errand, Handler
from rekindle.providers.ports import Plug

LONGEST = 160


def handler(looker: Looker, plugs: Mapping[str, Plug]) -> Handler:
    """Runs errands of kind LOOK."""

    async def look(errand: Errand) -> str:
        plug = plugs.get(errand.payload["provider"])
        seen = await looker.look(plug, errand.office_id) if plug else None
        if seen is None:
            return "not connected"
        at = looker.clock.now()
        key = f"connection:{seen.provider}"
        async with looker.db.office(errand.office_id) as conn:
            if seen.broke:
                text = f"The connection to {seen.provider} does not work any more: {seen.note[:LONGEST]}"
                await notice.problem(
                    conn,
                    errand.office_id,
                    key=key,
                    text=text,
                    at=at,
                )
            elif seen.now is State.OK:
                await notice.settle(conn, errand.office_id, key, by=None, at=at)
        return seen.now.value

    return look
