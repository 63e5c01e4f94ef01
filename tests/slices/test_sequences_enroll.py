"""Enrollments: once each, and exactly one wake-up while active, whatever happens to them."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.content import install as templates
from rekindle.decide.words import Channel, Lane
from rekindle.kit.clock import HandClock
from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.sequences import enroll, install, store, versions
from rekindle.sequences.lint import BadSequenceError, lint
from rekindle.sequences.types import Enrollment, EnrollmentState
from rekindle.timeline import store as timeline
from tests.conftest import NOON

TEMPLATES = {"t": Channel.EMAIL}
EXAMPLES = Path(__file__).parents[2] / "examples" / "lakeside"


def plan(*days: int, name: str = "plan") -> str:
    steps = "".join(f"  - {{id: s{i}, after: {day}d, channels: {{email: t}}}}\n" for i, day in enumerate(days))
    return f"name: {name}\nexits: [reply, opt_out, booking, hand_off, takeover]\nsteps:\n{steps}"


async def make_lead(conn: Conn, office_id: UUID) -> UUID:
    made = new_id()
    await conn.execute(
        "insert into lead (office_id, id, created_at, updated_at, kind, stage, source)"
        " values (%s, %s, %s, %s, 'buyer', 'new', 'test')",
        (office_id, made, NOON, NOON),
    )
    return made


async def walk_of(conn: Conn, office_id: UUID, lead_id: UUID) -> Enrollment:
    (walk,) = await store.of_lead(conn, office_id, lead_id)
    return walk


async def test_entering_twice_is_one_walk(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        lead = await make_lead(conn, office_id)
        await install.install_builtin(conn, office_id, at=NOON)
        first = await enroll.enroll(conn, office_id, lead, "new-buyer", at=NOON)
        again = await enroll.enroll(conn, office_id, lead, "new-buyer", at=NOON)
        walk = await walk_of(conn, office_id, lead)
        story = await timeline.of_lead(conn, office_id, [lead])
        counts = await store.counts(conn, office_id)
    assert (first, again) == (walk.id, None)
    assert (walk.state, walk.step, walk.wake_at, walk.lane) == ("active", 0, NOON, Lane.FIRST_TOUCH)
    assert [entry.kind for entry in story] == ["enrolled"]
    assert counts == [{"sequence": "new-buyer", "state": "active", "count": 1}]


async def test_a_lead_of_a_bulk_import_never_becomes_urgent(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        lead = await make_lead(conn, office_id)
        await install.install_builtin(conn, office_id, at=NOON)
        made = await enroll.enroll(conn, office_id, lead, "new-buyer", at=NOON, lane=Lane.BULK)
        assert made is not None
        await enroll.advance(conn, office_id, made, past=0, left_at=NOON, at=NOON)
        assert (await walk_of(conn, office_id, lead)).lane is Lane.BULK


async def test_steps_follow_each_other_to_the_end(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        lead = await make_lead(conn, office_id)
        await install.publish(conn, office_id, plan(0, 2, 5), templates=TEMPLATES, at=NOON)
        made = await enroll.enroll(conn, office_id, lead, "plan", at=NOON)
        assert made is not None
        late = NOON + timedelta(hours=9)
        second = await enroll.advance(conn, office_id, made, past=0, left_at=late, at=late)
        repeated = await enroll.advance(conn, office_id, made, past=0, left_at=late, at=late)
        assert second == repeated == late + timedelta(days=2)
        third = await enroll.advance(conn, office_id, made, past=1, left_at=second, at=second)
        assert third == second + timedelta(days=3)
        assert await enroll.advance(conn, office_id, made, past=2, left_at=third, at=third) is None
        walk = await walk_of(conn, office_id, lead)
    assert (walk.state, walk.wake_at) == (EnrollmentState.DONE, None)


async def test_a_walk_rests_resumes_and_leaves(db: Db, office_id: UUID) -> None:
    later = NOON + timedelta(days=9)
    async with db.office(office_id) as conn:
        lead = await make_lead(conn, office_id)
        await install.publish(conn, office_id, plan(2, 5), templates=TEMPLATES, at=NOON)
        await enroll.enroll(conn, office_id, lead, "plan", at=NOON)
        assert await enroll.pause_all(conn, office_id, lead, reason="asked", at=NOON) == 1
        assert await enroll.pause_all(conn, office_id, lead, reason="asked", at=NOON) == 0
        assert (await walk_of(conn, office_id, lead)).wake_at is None
        assert await enroll.enroll(conn, office_id, lead, "plan", at=NOON) is None
        assert await enroll.resume_all(conn, office_id, lead, reason="asked", at=later) == 1
        assert (await walk_of(conn, office_id, lead)).wake_at == later
        assert await enroll.exit_all(conn, office_id, lead, reason="reply", at=later) == 1
        assert await enroll.exit_all(conn, office_id, lead, reason="reply", at=later) == 0
        kinds = [entry.kind.value for entry in await timeline.of_lead(conn, office_id, [lead])]
        again = await enroll.enroll(conn, office_id, lead, "plan", at=later)
    assert sorted(kinds) == ["enrolled", "exited", "paused", "resumed"]
    assert again is not None


@pytest.mark.parametrize("seed", range(6))
async def test_an_active_walk_always_has_one_wake_up_in_the_future(db: Db, office_id: UUID, seed: int) -> None:
    chance, at = random.Random(seed), NOON  # noqa: S311
    async with db.office(office_id) as conn:
        lead = await make_lead(conn, office_id)
        for name in ("one", "two"):
            await install.publish(conn, office_id, plan(0, 1, 3, 7, 9, name=name), templates=TEMPLATES, at=at)
        for _ in range(120):
            await _something(conn, office_id, lead, chance, at)
            for walk in await store.of_lead(conn, office_id, lead):
                active = walk.state is EnrollmentState.ACTIVE
                assert (walk.wake_at is not None) == active
                assert walk.wake_at is None or walk.wake_at >= min(at, walk.due_at)
            live = [w.sequence for w in await store.of_lead(conn, office_id, lead) if w.state in ("active", "paused")]
            assert len(live) == len(set(live))
            at += timedelta(hours=chance.randrange(30))


async def _something(conn: Conn, office_id: UUID, lead: UUID, chance: random.Random, at: datetime) -> None:
    walks = await store.of_lead(conn, office_id, lead)
    match chance.randrange(7):
        case 0 | 1:
            await enroll.enroll(conn, office_id, lead, chance.choice(["one", "two"]), at=at)
        case 2 if walks:
            walk = chance.choice(walks)
            await enroll.advance(conn, office_id, walk.id, past=walk.step, left_at=at, at=at)
        case 3:
            await enroll.pause_all(conn, office_id, lead, reason="walk", at=at)
        case 4:
            await enroll.resume_all(conn, office_id, lead, reason="walk", at=at)
        case 5:
            await store.set_wake(conn, office_id, lead, until=at + timedelta(hours=chance.randrange(1, 99)), at=at)
        case 6 if chance.random() < 0.3:
            await enroll.exit_all(conn, office_id, lead, reason="walk", at=at)
        case _:
            pass


async def test_a_changed_plan_is_a_new_version_and_walks_finish_on_theirs(
    db: Db, office_id: UUID, clock: HandClock
) -> None:
    async with db.office(office_id) as conn:
        lead, newer = await make_lead(conn, office_id), await make_lead(conn, office_id)
        published = [
            await install.publish(conn, office_id, text, templates=TEMPLATES, at=clock.now())
            for text in (plan(1, 2), plan(1, 2) + "# only a comment\n")
        ]
        await enroll.enroll(conn, office_id, lead, "plan", at=NOON)
        published.append(await install.publish(conn, office_id, plan(4), templates=TEMPLATES, at=clock.now()))
        await enroll.enroll(conn, office_id, newer, "plan", at=NOON)
        old, new = await walk_of(conn, office_id, lead), await walk_of(conn, office_id, newer)
    assert published == [("plan", 1), ("plan", 1), ("plan", 2)]
    assert (old.due_at, new.due_at) == (NOON + timedelta(days=1), NOON + timedelta(days=4))
    assert old.version_id != new.version_id


async def test_builtins_are_installed_once_and_what_an_office_changed_stays(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        await install.publish(conn, office_id, plan(1, name="new-buyer"), templates=TEMPLATES, at=NOON)
        assert await install.install_builtin(conn, office_id, at=NOON) == 2
        assert await install.install_builtin(conn, office_id, at=NOON) == 0
        version = await versions.active(conn, office_id, "new-buyer")
    assert version is not None
    assert len(version.definition.steps) == 1


async def test_what_does_not_lint_is_not_published(db: Db, office_id: UUID) -> None:
    async with db.office(office_id) as conn:
        with pytest.raises(BadSequenceError, match="line 4: unknown template 't'"):
            await install.publish(conn, office_id, plan(1), templates={}, at=NOON)
        with pytest.raises(enroll.NoSequenceError):
            await enroll.enroll(conn, office_id, await make_lead(conn, office_id), "plan", at=NOON)


def test_the_example_office_has_clean_sequences_and_templates() -> None:
    own = [t for file in sorted((EXAMPLES / "templates").glob("*.yaml")) for t in templates.parse(file.read_text())]
    known = {t.name: t.channel for t in (*templates.builtin(), *own)}
    found = {file.name: lint(file.read_text(), known) for file in (EXAMPLES / "sequences").glob("*.yaml")}
    assert found == {"open-house.yaml": []}
