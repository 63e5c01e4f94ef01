"""`decide`: what the core would do with a lead now, and every reason why."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from rekindle.cli.context import engine, pick_office, run, say
from rekindle.cli.finding import find
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.decide.plain import to_plain
from rekindle.nurture.explain import Explanation, explain
from rekindle.nurture.means import Means


def decide(
    lead: Annotated[str, typer.Argument(help="A lead's id, phone number or e-mail address.")],
    *,
    explain_all: Annotated[bool, typer.Option("--explain", help="Print every gate, point and draft.")] = False,
    office: Office = None,
    as_json: AsJson = False,
) -> None:
    """Say what would happen to LEAD next and why. Changes nothing and sends nothing."""

    async def work() -> Explanation:
        async with engine(pool=2) as opened:
            office_id = await pick_office(opened.db, office)
            async with opened.db.office(office_id) as conn:
                lead_id = await find(conn, office_id, lead)
                means = Means(opened.keyring, opened.settings.base_url)
                return await explain(conn, office_id, lead_id, at=opened.clock.now(), means=means)

    found = run(work)
    if as_json:
        typer.echo(json.dumps(to_plain(found), default=str))
    else:
        _print(found, everything=explain_all)


def _print(found: Explanation, *, everything: bool) -> None:
    say.print(f"[bold]{escape(found.name or found.lead_id)}[/bold]  {found.kind}, {found.stage}, policy {found.policy}")
    verdict = found.decision
    until = f" until {_local(verdict.until)}" if verdict.until else ""
    typer.echo(f"next: {verdict.kind}{until}: {verdict.text}")
    typer.echo(f"score: {found.score.points} {found.score.temperature}")
    for name, points, text in found.score.parts:
        typer.echo(f"  {points:+4d}  {name}: {text}")
    for step in found.next:
        typer.echo(f"planned: {step.sequence} step {step.number} ({step.step}), due {_local(step.due_at)}")
    if not everything:
        typer.echo("--explain prints every gate")
        return
    for line in verdict.lines:
        typer.echo(f"  [{line.verdict}] {line.gate}: {line.text}")
    for way in found.ways:
        typer.echo(f"{way.channel} to {way.address} now, as {way.message_class}: {way.verdict} ({way.code})")
        for line in way.lines:
            typer.echo(f"  [{line.verdict}] {line.gate}: {line.text}")


def _local(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
