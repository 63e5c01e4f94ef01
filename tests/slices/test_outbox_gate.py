"""One door to the providers (acceptance J4): whoever asks for a message, the gate stands between it and the carrier."""

import ast
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

import rekindle
from rekindle.consent.suppress import suppress
from rekindle.decide.words import Actor, Channel, Lane, MessageClass
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.leads.ask import ask
from rekindle.nurture import person_send, silent
from rekindle.nurture.pump import consider_batch, wake_batch
from rekindle.outbox.pump import Outbox
from tests import outboxes as o
from tests.carrier import Carrier
from tests.conftest import NOON
from tests.slices.nurture_world import World, furnish, make_lead
from tests.slices.test_inbox_handle import ANN, arrive, calendar, handler, texted

__all__ = ["calendar", "handler"]
SOURCE = Path(rekindle.__file__).parent
MAIL = "ana@home.example"
LONG_AGO = NOON - timedelta(days=200)


@pytest.fixture
async def world(db: Db, office_id: UUID, clock: HandClock, keyring: Keyring) -> World:
    return await furnish(db, office_id, clock, keyring)


@pytest.fixture
def carrier(tmp_path: Path) -> Carrier:
    return Carrier(tmp_path / "carrier.db")


# ---------------------------------------------------------------- the doors a message comes through


async def by_step(world: World, lead: UUID) -> None:
    async with world.db.office(world.office_id) as conn:
        await ask(conn, world.office_id, [lead], lane=Lane.FIRST_TOUCH, cause="enquiry", at=NOON)
    await consider_batch(world.looker())


async def by_silence(world: World, lead: UUID) -> None:  # noqa: ARG001 it finds its leads itself
    async with world.db.office(world.office_id) as conn:
        await silent.revive(conn, world.office_id, at=NOON)
    await consider_batch(world.looker())


async def by_person(world: World, lead: UUID, actor: Actor = Actor.PERSON) -> None:
    async with world.db.office(world.office_id) as conn:
        for channel in Channel:
            note = person_send.Note(channel, "Free at five?", "Five?" if channel is Channel.EMAIL else None, new_id())
            await person_send.send(
                conn, world.office_id, lead, note, person_id=None, means=world.means, at=NOON, actor=actor
            )


async def by_program(world: World, lead: UUID) -> None:
    await by_person(world, lead, Actor.API)


async def by_outbox(world: World, lead: UUID) -> None:
    """A caller who asks nobody and claims that the law wants this message."""
    for address in (ANN, MAIL):
        await o.planned(
            world.db, world.office_id, lead, at=NOON, address=address, message_class=MessageClass.COMPLIANCE
        )


Door = Callable[[World, UUID], Awaitable[None]]
# The doors that ask the gate themselves, and when their lead asked.
HONEST: dict[Door, datetime] = {by_step: NOON, by_silence: LONG_AGO, by_person: NOON, by_program: NOON}
ALL: list[Door] = [*HONEST, by_outbox]


async def a_lead(world: World, door: Door) -> UUID:
    asked = HONEST.get(door, NOON)
    async with world.db.office(world.office_id) as conn:
        return await make_lead(conn, world.office_id, at=asked, enquired_at=asked, stage="contacted")


async def block(world: World) -> None:
    """Both of the lead's addresses, as after a no."""
    async with world.db.office(world.office_id) as conn:
        for channel, address in ((Channel.SMS, ANN), (Channel.EMAIL, MAIL)):
            await suppress(
                conn, world.office_id, world.key, channels=frozenset({channel}), address=address,
                reason="opt_out", rule="test", event_id=None, at=NOON,
            )  # fmt: skip


async def live(world: World, carrier: Carrier, days: int = 30) -> None:
    """All pumps, for a month: what was turned away may come again by another channel or step."""
    for _ in range(days):
        await Outbox(o.desk(world.db, world.clock, carrier)).drain()
        await wake_batch(world.db, clock=world.clock)
        await consider_batch(world.looker())
        world.clock.advance(timedelta(days=1))


async def states(world: World, lead: UUID) -> set[str]:
    return {message["state"] for message in await world.rows("message", lead)}


def calls_of(carrier: Carrier) -> int:
    """How often the carrier was called, whatever it answered."""
    return int(carrier.book.execute("select count(*) from call").fetchone()[0])


# ---------------------------------------------------------------- what the carrier sees


@pytest.mark.parametrize("door", HONEST)
async def test_every_door_does_reach_the_carrier_when_nothing_forbids_it(
    world: World, carrier: Carrier, door: Door
) -> None:
    await door(world, await a_lead(world, door))
    await live(world, carrier, days=1)
    assert calls_of(carrier) >= 1


@pytest.mark.parametrize("door", ALL)
async def test_no_door_leads_to_a_suppressed_address(world: World, carrier: Carrier, door: Door) -> None:
    lead = await a_lead(world, door)
    await block(world)
    await door(world, lead)
    await live(world, carrier)
    assert calls_of(carrier) == 0
    assert await states(world, lead) <= {"canceled"}


@pytest.mark.parametrize("door", ALL)
async def test_a_block_between_plan_and_claim_still_holds_it_back(world: World, carrier: Carrier, door: Door) -> None:
    lead = await a_lead(world, door)
    await door(world, lead)
    assert await states(world, lead) == {"planned"}
    await block(world)
    await live(world, carrier)
    assert calls_of(carrier) == 0
    assert await states(world, lead) == {"canceled"}


# ---------------------------------------------------------------- the one message a blocked address may get


async def test_a_stop_between_plan_and_claim_lets_its_one_confirmation_out_and_nothing_else(
    world: World, carrier: Carrier, handler: Handler
) -> None:
    lead = await a_lead(world, by_step)
    await by_step(world, lead)
    await arrive(world.db, world.office_id, texted("r1", "STOP"))
    await handle_batch(handler)
    await live(world, carrier)
    sent = [m for m in await world.rows("message", lead) if m["state"] == "accepted"]
    assert [(m["class"], m["address"]) for m in sent] == [("compliance", ANN)]
    assert calls_of(carrier) == 1


async def test_who_was_blocked_before_gets_no_confirmation(world: World, carrier: Carrier, handler: Handler) -> None:
    await a_lead(world, by_step)
    await block(world)
    await arrive(world.db, world.office_id, texted("r1", "STOP"))
    await handle_batch(handler)
    await live(world, carrier)
    assert calls_of(carrier) == 0


async def test_a_confirmation_that_comes_late_does_not_come(world: World, carrier: Carrier, handler: Handler) -> None:
    lead = await a_lead(world, by_step)
    await arrive(world.db, world.office_id, texted("r1", "STOP"))
    await handle_batch(handler)
    assert await states(world, lead) >= {"planned"}
    world.clock.advance(timedelta(minutes=6))
    await live(world, carrier)
    assert calls_of(carrier) == 0


# ---------------------------------------------------------------- structure: nobody else holds the other end


def users(name: str) -> set[str]:
    """The files, outside of the adapters, that touch a method of this name (a module's function is no method)."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "providers"
        for tree in [ast.parse(path.read_text())]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == name
        if not (isinstance(node.value, ast.Name) and node.value.id in modules(tree))
    }


def modules(tree: ast.Module) -> set[str]:
    """What a file imports, by the names it uses."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return {alias.asname or alias.name for node in imports for alias in node.names}


def test_only_the_outbox_calls_a_sender() -> None:
    assert users("send") == {"outbox/send.py"}


def test_no_adapter_calls_another() -> None:
    for path in (SOURCE / "providers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "send":
                assert not (isinstance(node.value, ast.Name) and "sender" in node.value.id.lower()), path
