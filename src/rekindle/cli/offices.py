"""`office create` and its kin."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from rekindle.cli.context import UsageProblemError, engine, run, say
from rekindle.cli.set_up import AsJson
from rekindle.content.install import install_builtin as install_templates
from rekindle.office import store
from rekindle.office.create import Created, OfficeError
from rekindle.office.create import create as create_office
from rekindle.office.types import Mode
from rekindle.sequences.install import install_builtin as install_sequences

app = typer.Typer(help="Make and list offices.", no_args_is_help=True)


@app.command("create")
def create(
    slug: Annotated[str, typer.Argument(help="Short name in URLs: a-z, 0-9 and -.")],
    *,
    name: Annotated[str | None, typer.Option(help="Name in messages; default: the slug in words.")] = None,
    brokerage: Annotated[str | None, typer.Option(help="Legal name of the brokerage.")] = None,
    timezone: Annotated[str, typer.Option(help="The office's zone.")] = "America/New_York",
    phone: Annotated[str | None, typer.Option(help="A phone number a lead can reach, E.164.")] = None,
    email: Annotated[str | None, typer.Option(help="Address that e-mails come from.")] = None,
    address: Annotated[str | None, typer.Option(help="Postal address for the foot of e-mails (CAN-SPAM).")] = None,
    booking_url: Annotated[str | None, typer.Option(help="Where a lead can book a time.")] = None,
    login: Annotated[str | None, typer.Option(help="The owner's e-mail address to log in with.")] = None,
    sandbox: Annotated[bool, typer.Option("--sandbox/--live", help="Send to the sandbox or to real providers.")] = True,
    as_json: AsJson = False,
) -> None:
    """Make an office with its owner, keys, sequences and templates. Secrets are shown this once."""

    async def work() -> Created:
        async with engine(pool=2) as opened:
            if sandbox and opened.settings.production:
                raise UsageProblemError("a sandbox office cannot live in production: say --live")
            at = opened.clock.now()
            try:
                made = await create_office(
                    opened.db, opened.keyring, slug=slug, name=name or slug.replace("-", " ").title(),
                    brokerage=brokerage or "", timezone=timezone, phone=phone, email=email, address=address,
                    booking_url=booking_url, login=login, mode=Mode.SANDBOX if sandbox else Mode.LIVE, at=at,
                )  # fmt: skip
            except OfficeError as error:
                raise UsageProblemError(str(error)) from error
            async with opened.db.office(made.office_id) as conn:
                await install_templates(conn, made.office_id, at=at)
                await install_sequences(conn, made.office_id, at=at)
            return made

    made = run(work)
    for line in lacking(phone=phone, email=email, address=address):
        say.print(f"note: {line}", markup=False)
    shown = {k: v for k, v in asdict(made).items() if k != "office_id"}
    if as_json:
        typer.echo(json.dumps(shown))
        return
    say.print(f"office {made.slug} is ready; write these down, they are not shown again:")
    for key, value in shown.items():
        typer.echo(f"  {key:12} {value}")


@app.command("list")
def list_offices(*, as_json: AsJson = False) -> None:
    """List the offices on this installation."""

    async def work() -> list[dict[str, str]]:
        async with engine(pool=1) as opened, opened.db.plain() as conn:
            return [{"slug": o.slug, "name": o.name, "mode": str(o.mode)} for o in await store.all_offices(conn)]

    for office in run(work):
        typer.echo(json.dumps(office) if as_json else f"{office['slug']:24} {office['mode']:8} {office['name']}")


def lacking(*, phone: str | None, email: str | None, address: str | None) -> list[str]:
    """What an office without these cannot do: such messages are skipped, each with its reason on the lead's page."""
    lines = {
        "no --phone: texts have no number to come from": phone,
        "no --email: e-mails have no address to come from": email,
        "no --address: no e-mail can leave, the law wants a postal address at its foot (15 U.S.C. 7704)": address,
    }
    return [line for line, given in lines.items() if not given]
