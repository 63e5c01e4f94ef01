"""`reconcile`: compare the CRM's own lists with what reached us, now."""

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from rekindle.alerts import wires
from rekindle.cli.context import UsageProblemError, engine, pick_office, run, say
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.cli.spans import instant
from rekindle.connections.accounts import Accounts
from rekindle.errands.line import Line
from rekindle.inbox.deep import compare_since
from rekindle.inbox.poll import Compared, Poller
from rekindle.kit.limits.choose import limits
from rekindle.traffic.traffic import Traffic

STOPPED = 1


def reconcile(
    *,
    crm: Annotated[str, typer.Option("--crm", help="Which CRM.")] = "ghl",
    since: Annotated[str, typer.Option("--since", help="7d, 36h, or a date and time.")] = "7d",
    office: Office = None,
    as_json: AsJson = False,
) -> None:
    """Take in what the CRM has and no webhook told us of; exit 1 when a list could not be read to its end."""

    async def work() -> dict[str, Compared]:
        async with engine(pool=2) as opened:
            wired, clock = opened.providers, opened.clock
            if crm not in wired.crms:
                raise UsageProblemError(f"no CRM named {crm} (known: {', '.join(sorted(wired.crms)) or 'none'})")
            begin = instant(since, at=clock.now(), option="--since") or clock.now()
            office_id = await pick_office(opened.db, office)
            async with limits(opened.settings, opened.db) as shared:
                accounts = Accounts(opened.db, opened.keyring, clock)
                traffic = Traffic(opened.db, shared, clock)
                line = Line(accounts, traffic, clock, wires.of_breakers(opened.db, clock))
                poller = Poller(opened.db, clock, line, wired.crms, wired.inbound)
                say.print(f"comparing with {crm} since {begin:%Y-%m-%d %H:%M} UTC …")
                return await compare_since(poller, office_id, crm, begin)

    done = run(work)
    if as_json:
        typer.echo(orjson.dumps({"crm": crm, **{what: asdict(one) for what, one in done.items()}}))
    else:
        for what, one in done.items():
            note = f" ({one.note})" if one.note else ""
            typer.echo(f"{what}: {one.looked_at} looked at, {one.found} had never reached us{note}")
        if any(one.found for one in done.values()):
            say.print("what was found is in the inbox now; `rekindle work` handles it like any event")
    if any(one.note for one in done.values()):
        raise typer.Exit(STOPPED)
