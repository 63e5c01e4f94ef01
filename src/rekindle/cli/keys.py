"""`keys rotate`: everything sealed, sealed anew under the present key."""

import json
from dataclasses import dataclass
from uuid import UUID

import typer

from rekindle.cli.context import Opened, UsageProblemError, engine, run, say
from rekindle.cli.set_up import AsJson
from rekindle.connections.reseal import reseal as reseal_connections
from rekindle.kit.crypto import CryptoError
from rekindle.office import store
from rekindle.office.keys import reseal as reseal_secrets

app = typer.Typer(help="Change the key that everything secret is sealed with.", no_args_is_help=True)


@dataclass(frozen=True)
class Rotated:
    """What a rotation found: counts, never contents."""

    offices: int
    sealed_anew: int
    sealed: int


@app.command("rotate")
def rotate(*, as_json: AsJson = False) -> None:
    """Seal all secrets anew under REKINDLE_SECRET_KEY; REKINDLE_OLD_SECRET_KEYS names the key or keys before it.

    Safe to repeat, to break off, and to run while the engine works. Start every process with both settings first.
    """

    async def work() -> Rotated:
        async with engine(pool=2) as opened:
            return await _rotate(opened)

    done = run(work)
    if as_json:
        typer.echo(json.dumps(done.__dict__))
        return
    offices = f"{done.offices} office{'' if done.offices == 1 else 's'}"
    say.print(f"{done.sealed_anew} of {done.sealed} secrets of {offices} sealed anew")
    say.print("REKINDLE_OLD_SECRET_KEYS is still needed for unsubscribe links in e-mails sent before the change.")


async def _rotate(opened: Opened) -> Rotated:
    async with opened.db.plain() as conn:
        offices = [office.office_id for office in await store.all_offices(conn)]
    anew = every = 0
    for office_id in offices:
        more, of = await _one(opened, office_id)
        anew, every = anew + more, every + of
    return Rotated(len(offices), anew, every)


async def _one(opened: Opened, office_id: UUID) -> tuple[int, int]:
    """One office in one transaction: it is rotated whole or not at all."""
    try:
        async with opened.db.office(office_id) as conn:
            secrets = await reseal_secrets(conn, office_id, opened.keyring, at=opened.clock.now())
            connections = await reseal_connections(conn, office_id, opened.keyring)
    except CryptoError as error:
        raise UsageProblemError(f"{error} List the key before it in REKINDLE_OLD_SECRET_KEYS.") from error
    return secrets[0] + connections[0], secrets[1] + connections[1]
