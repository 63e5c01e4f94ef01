"""`person`: who works in an office, when they take leads, and how they get in."""

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import typer

from rekindle.cli.context import Opened, UsageProblemError, engine, pick_office, run, say
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.office import hours, people, store
from rekindle.office.create import PASSWORD_BYTES
from rekindle.office.types import Person, Role, Week

app = typer.Typer(help="Add people, set their hours, reset a password.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="What they sign in with.")]
Zone = Annotated[str | None, typer.Option("--timezone", help="Their zone; default: the office's.")]
Hours = Annotated[
    str | None,
    typer.Option("--hours", help="'Mon-Fri 09:00-18:00, Sat 10:00-14:00' or 'never'; default Mon-Fri 9-18, Sat 10-16."),
]


@app.command("add")
def add(
    email: Email,
    *,
    name: Annotated[str, typer.Option(help="As leads will read it.")],
    role: Annotated[Role, typer.Option(help="What they may see and do.")] = Role.AGENT,
    phone: Annotated[str | None, typer.Option(help="E.164.")] = None,
    timezone: Zone = None,
    when: Hours = None,
    office: Office = None,
    as_json: AsJson = False,
) -> None:
    """Add a person who takes leads in their hours; prints their password, once."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)

    async def work(opened: Opened, office_id: UUID) -> None:
        async with opened.db.office(office_id) as conn:
            made = await people.add(
                conn, office_id, email=email, name=name, role=role, phone=phone, password=password,
                at=opened.clock.now(),
            )  # fmt: skip
            zone = timezone or (await store.get(conn, office_id)).timezone
            await people.set_agent(conn, office_id, made, timezone=zone, week=read_hours(when))

    _in_office(work, office)
    _show({"login": email, "password": password}, as_json=as_json)


@app.command("hours")
def set_hours(email: Email, *, when: Hours = None, timezone: Zone = None, office: Office = None) -> None:
    """Set when somebody takes leads; holds from the next offer on."""

    async def work(opened: Opened, office_id: UUID) -> None:
        person = await _find(opened, office_id, email)
        async with opened.db.office(office_id) as conn:
            zone = timezone or (await store.get(conn, office_id)).timezone
            await people.set_agent(conn, office_id, person.id, timezone=zone, week=read_hours(when))

    _in_office(work, office)
    say.print(f"{email}: from the next offer on")


@app.command("password")
def reset(email: Email, *, office: Office = None, as_json: AsJson = False) -> None:
    """Give somebody a new password, printed once; their sessions end."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)

    async def work(opened: Opened, office_id: UUID) -> None:
        person = await _find(opened, office_id, email)
        async with opened.db.office(office_id) as conn:
            await people.set_password(conn, office_id, person.id, password)

    _in_office(work, office)
    _show({"login": email, "password": password}, as_json=as_json)


def read_hours(text: str | None) -> Week:
    """A week from 'Mon-Fri 09:00-18:00, Sat 10:00-14:00'; raises UsageProblemError."""
    if text is None:
        return hours.DEFAULT
    week: list[list[list[str]]] = [[] for _ in hours.DAYS]
    for part in () if text.strip().casefold() == "never" else text.split(","):
        days, _, span = part.strip().partition(" ")
        first, _, last = days.partition("-")
        try:
            start = hours.DAYS.index(first.title())
            end = hours.DAYS.index((last or first).title())
        except ValueError as error:
            raise UsageProblemError(f"--hours: {part.strip()!r} names no day; like 'Mon-Fri 09:00-18:00'") from error
        for day in range(start, end + 1):
            week[day].append(span.strip().split("-"))
    try:
        return hours.parse(week)
    except hours.HoursError as error:
        raise UsageProblemError(f"--hours: {error}") from error


async def _find(opened: Opened, office_id: UUID, email: str) -> Person:
    async with opened.db.office(office_id) as conn:
        for person in await people.everybody(conn, office_id):
            if person.email.casefold() == email.strip().casefold():
                return person
    raise UsageProblemError(f"nobody in this office signs in as {email}")


def _in_office(work: Callable[[Opened, UUID], Awaitable[None]], office: str | None) -> None:
    async def inside() -> None:
        async with engine(pool=2) as opened:
            try:
                await work(opened, await pick_office(opened.db, office))
            except (people.LoginTakenError, people.AgentError) as error:
                raise UsageProblemError(str(error)) from error

    run(inside)


def _show(secret: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(secret))
        return
    say.print("write this down, it is not shown again:")
    for key, value in secret.items():
        typer.echo(f"  {key:10} {value}")
