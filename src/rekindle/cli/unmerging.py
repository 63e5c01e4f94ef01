"""`unmerge`: two people were taken for one; the newest merge of a lead is taken back."""

import json
from dataclasses import asdict, dataclass
from typing import Annotated
from uuid import UUID

import typer

from rekindle.cli.context import Opened, UsageProblemError, engine, pick_office, run
from rekindle.cli.finding import named
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.decide.words import Lane
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.leads.merge import MergeError, unmerge
from rekindle.reports.lead.store import newest_merge


@dataclass(frozen=True)
class TakenBack:
    """Who was kept, who is a lead of their own again, and the addresses that went back with them."""

    kept: str
    kept_name: str
    again: str
    again_name: str
    addresses: tuple[str, ...]


def take_back(
    lead: Annotated[str, typer.Argument(help="A lead's id, phone number or e-mail address.")],
    *,
    office: Office = None,
    as_json: AsJson = False,
) -> None:
    """Take back the newest merge of LEAD. What changed since stays; sequences that the merge ended stay ended."""

    async def work() -> TakenBack:
        async with engine(pool=2) as opened:
            return await _take_back(opened, await pick_office(opened.db, office), lead)

    done = run(work)
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    typer.echo(f"{done.again_name or 'the other lead'} ({done.again}) is a lead of their own again")
    typer.echo(f"went back with them: {', '.join(done.addresses) or 'no address'}")
    typer.echo(f"kept: {done.kept_name or 'the first lead'} ({done.kept})")


async def _take_back(opened: Opened, office_id: UUID, wanted: str) -> TakenBack:
    at = opened.clock.now()
    async with opened.db.office(office_id) as conn:
        merge = await newest_merge(conn, office_id, await named(conn, office_id, wanted))
        if merge is None:
            raise UsageProblemError(f"nothing to take back: {wanted!r} is merged with nobody")
        try:
            await unmerge(conn, office_id, merge["id"], at=at, actor="operator")
        except MergeError as error:
            raise UsageProblemError(f"it cannot be taken back: {error}") from error
        sides = [merge["winner_id"], merge["loser_id"]]
        await ask(conn, office_id, sides, lane=Lane.STEP, cause="unmerged", at=at)
        kept, again = [await leads.get(conn, office_id, side) for side in sides]
        points = await leads.points_of(conn, office_id, again.id)
    return TakenBack(str(kept.id), kept.name, str(again.id), again.name, tuple(point.value for point in points))
