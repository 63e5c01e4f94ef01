"""Migrations build the documented schema, and no table of an office lacks its wall."""

from datetime import timedelta

import psycopg
import pytest

from rekindle.kit import migrate
from rekindle.kit.db import Db, RoleError, connect
from rekindle.kit.schedule import store
from tests.architecture.schema_doc import DOC, describe
from tests.conftest import NOON, make_office

# The engine's own tables hold nothing of any office.
WITHOUT_WALL = {"alembic_version", "worker", "timer", "login_attempt", "rate_window"}
APPEND_ONLY = {"event", "consent_event", "decision", "timeline", "signal"}


def test_migrations_build_the_documented_schema(database_url: str) -> None:
    assert describe(database_url) == DOC.read_text(), "run `make schema` and read the difference"


def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert migrate.upgrade(database_url) == (migrate.newest(), migrate.newest())


def test_every_table_of_an_office_has_its_wall(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        rows = conn.execute(
            """
            select c.relname, c.relrowsecurity,
              exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'office_id' and a.attnotnull),
              (select count(*) from pg_policy p where p.polrelid = c.oid
                 and pg_get_expr(p.polqual, p.polrelid) = '(office_id = current_office())'
                 and pg_get_expr(p.polwithcheck, p.polrelid) = '(office_id = current_office())')
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            """
        ).fetchall()
    assert {name for name, *_ in rows} >= WITHOUT_WALL
    for name, secured, has_office, policies in rows:
        if name not in WITHOUT_WALL:
            assert (secured, has_office, policies) == (True, True, 1), name


def test_the_engine_cannot_reach_around_a_wall_through_a_partition(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        reachable = conn.execute(
            "select relname from pg_class where relispartition and relkind = 'r'"
            " and has_table_privilege('rekindle_app', oid, 'SELECT, INSERT, UPDATE, DELETE')"
        ).fetchall()
    assert reachable == []


async def test_append_only_tables_cannot_be_rewritten_by_the_engine(db: Db) -> None:
    office = await make_office(db, "append-only")
    for table in sorted(APPEND_ONLY):
        for statement in (f"delete from {table}", f"update {table} set office_id = office_id", f"truncate {table}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with db.office(office) as conn:
                    await conn.execute(statement)  # type: ignore[arg-type]


async def test_outside_of_any_office_no_row_is_seen(db: Db) -> None:
    await make_office(db, "hidden")
    async with db.plain() as conn:
        cursor = await conn.execute("select slug from office")
        assert await cursor.fetchall() == []


async def test_a_row_of_another_office_cannot_be_written(db: Db) -> None:
    mine, theirs = await make_office(db, "mine"), await make_office(db, "theirs")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.office(mine) as conn:
            await conn.execute(
                "insert into signal (office_id, id, lead_id, at, kind, value, source, version)"
                " values (%s, gen_random_uuid(), gen_random_uuid(), %s, 'k', '{}', 's', '1')",
                (theirs, NOON),
            )


async def test_partitions_are_made_ahead_by_the_engine_itself(db: Db, database_url: str) -> None:
    async with db.plain() as conn:
        made = await store.ensure_partitions(conn, NOON + timedelta(days=400))
        assert made > 0
        assert await store.ensure_partitions(conn, NOON + timedelta(days=400)) == 0
    with psycopg.connect(database_url) as conn:
        assert conn.execute("select to_regclass('timeline_2027_11')").fetchone() == ("timeline_2027_11",)


async def test_a_role_that_could_bypass_the_wall_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("alter role rekindle_app bypassrls")
    try:
        with pytest.raises(RoleError, match="must not be superuser or bypass"):
            async with connect(database_url):
                pass
    finally:
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute("alter role rekindle_app nobypassrls")
