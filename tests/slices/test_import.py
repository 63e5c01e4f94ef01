"""A file through the real path: leads, consents with evidence, refusals to mend, and nothing when it comes again."""

import io
import runpy
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row

from rekindle.content.install import install_builtin as install_templates
from rekindle.decide.words import Channel, Lane
from rekindle.inbox.import_file import AHEAD, NoSuchSequenceError, Report, import_file, import_path
from rekindle.inbox.import_rows import ImportRows, Refused
from rekindle.inbox.receive import receive_many
from rekindle.inbox.types import Arrival
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.csv_file import chunk
from rekindle.providers.csv_file.inbound import CsvInbound
from rekindle.providers.csv_file.preview import preview
from rekindle.providers.ports import Providers
from rekindle.sequences.install import install_builtin as install_sequences
from tests.conftest import NOON

EXAMPLE = Path(__file__).parents[2] / "examples" / "lakeside" / "crm-export.csv"


@dataclass(frozen=True)
class Parts:
    """What an open engine has."""

    db: Db
    keyring: Keyring
    clock: HandClock
    providers: Providers


@pytest.fixture
def parts(db: Db, keyring: Keyring, clock: HandClock) -> Parts:
    return Parts(db, keyring, clock, Providers({}, {"import": CsvInbound()}))


async def brought_in(
    parts: Parts, office_id: UUID, content: str, told: dict[str, str] | None = None, enroll: str = "none"
) -> tuple[Report, list[Refused]]:
    file = io.BytesIO(content.encode())
    refused: list[Refused] = []
    report = await import_file(parts, office_id, file, preview(file, told or {}), enroll=enroll, refuse=refused.append)
    return report, refused


async def rows(db: Db, office_id: UUID, query: str, *values: Any) -> list[dict[str, Any]]:
    async with db.office(office_id) as conn:
        return await (await conn.execute(query, values)).fetchall()  # type: ignore[arg-type]


def everything(database_url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, seen from above the wall."""
    with psycopg.connect(database_url, row_factory=dict_row) as conn:
        tables = [
            row["name"]
            for row in conn.execute(
                "select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace"
                " and c.relkind in ('r', 'p') and not c.relispartition order by 1"
            )
        ]
        return {
            table: conn.execute(f"select t.* from {table} t order by t::text").fetchall()  # type: ignore[arg-type]
            for table in tables
        }


MESSY = """\ufeffID;Full Name;Phones;E-mail;Stage;Created;Notes;Opted In to SMS;Budget\r
1;"Núñez, José 😀";"(312) 555-0142 / +1 312.555.0143";N/A;Hot Prospect;3/5/2026;"likes ""a yard""\r
and; commas, too";Yes;300k\r
2;ann lee;n/a;Ann.Lee@X.example;New;2026-03-05T10:00:00Z;;;\r
;;;;;;;;\r
3;ANN LEE;312 555 0144;ann.lee@x.example;;25/3/2026;called back;no;\r
4;Bo Diaz;1-312-555-0145 x7;"bo@x.example; bo2@x.example";Lead;N/A;;maybe;\r
5;Cy;call me;n/a;Lead;;;yes;\r
6;Di;;;Lead;;;;\r
\r
"""


async def test_a_messy_export_becomes_leads_and_a_list_of_what_was_refused(parts: Parts, office_id: UUID) -> None:
    report, refused = await brought_in(parts, office_id, MESSY)
    assert str(report) == "6 rows: 3 created, 1 merged into known leads, 0 unchanged, 2 refused"
    assert [(r.row, r.field, r.why) for r in refused] == [
        (7, "Phones", "'call me' is not a phone number that can be reached"),
        (8, "E-mail / Phones", "no e-mail address and no phone number"),
    ]
    assert [(n.field, n.first_row) for n in report.notes] == [("Opted In to SMS", 6)]
    leads = await rows(
        parts.db, office_id,
        "select name, stage, attributes->>'budget' as budget, attributes->>'notes' as notes,"
        " (select array_agg(value order by kind, position) from contact_point p where p.lead_id = l.id) as reached"
        " from lead l where merged_into is null order by name",
    )  # fmt: skip
    assert leads == [
        {"name": "Ann Lee", "stage": "new", "budget": None, "notes": "called back",
         "reached": ["ann.lee@x.example", "+13125550144"]},
        {"name": "Bo Diaz", "stage": "new", "budget": None, "notes": None,
         "reached": ["bo@x.example", "bo2@x.example", "+13125550145"]},
        {"name": "José Núñez", "stage": "qualified", "budget": "300k", "notes": 'likes "a yard"\r\nand; commas, too',
         "reached": ["+13125550142", "+13125550143"]},
    ]  # fmt: skip


async def test_only_a_yes_for_texts_ever_grants_texts(parts: Parts, office_id: UUID) -> None:
    await brought_in(parts, office_id, MESSY)
    states = await rows(
        parts.db, office_id, "select channel, address, granted, basis from consent_state order by channel, address"
    )
    assert [(s["channel"], s["address"], s["granted"], s["basis"]) for s in states] == [
        ("sms", "+13125550142", True, "attested"),
        ("sms", "+13125550144", False, "attested"),
    ]


async def test_a_consent_column_becomes_an_event_with_its_evidence(parts: Parts, office_id: UUID) -> None:
    content = (
        "Name,Phone,Email,SMS Consent,Email Opt In,Consent Date,Consent IP,Consent URL,Consent Text\n"
        "Ann,312-555-0142,a@x.example,Yes,,3/5/2026 10:00,203.0.113.7,https://x.example/form,I agree to texts\n"
    )
    await brought_in(parts, office_id, content)
    [event] = await rows(parts.db, office_id, "select * from consent_event")
    assert (event["channel"], event["act"], event["basis"], event["address"]) == (
        "sms",
        "grant",
        "attested",
        "+13125550142",
    )
    assert event["evidence"]["text"] == "SMS Consent: Yes\nI agree to texts"
    assert event["evidence"]["url"] == "https://x.example/form"
    assert event["evidence"]["ip"] == "203.0.113.7"
    assert event["evidence"]["said_at"].startswith("2026-03-05T16:00")
    [raw] = await rows(
        parts.db, office_id, "select convert_from(body, 'UTF8') as body from event where id = %s", event["event_id"]
    )
    assert "312-555-0142" in raw["body"]


async def test_importing_twice_changes_nothing_in_any_table(parts: Parts, office_id: UUID, database_url: str) -> None:
    first = await import_path(parts, office_id, EXAMPLE)
    before = everything(database_url)
    parts.clock.at = parts.clock.at.replace(hour=21)
    again = await import_path(parts, office_id, EXAMPLE)
    assert everything(database_url) == before
    assert (again.created, again.merged, again.unchanged) == (0, 0, first.rows - first.refused)
    assert again.nothing_new
    assert not first.nothing_new


async def test_the_same_rows_in_another_order_and_file_are_known(
    parts: Parts, office_id: UUID, database_url: str
) -> None:
    await brought_in(parts, office_id, "Name,Phone,SMS Consent\nAnn,3125550142,yes\nBob,3125550143,no\n")
    kept = ("lead", "contact_point", "lead_source", "consent_event", "consent_state", "timeline", "consideration")
    before = everything(database_url)
    report, _ = await brought_in(parts, office_id, "SMS Consent;Name;Phone\nno;Bob;3125550143\nyes;Ann;3125550142\n")
    after = everything(database_url)
    assert (report.created, report.merged, report.unchanged) == (0, 0, 2)
    assert {table: after[table] for table in kept} == {table: before[table] for table in kept}


async def test_nobody_is_put_in_a_sequence_unless_told(parts: Parts, office_id: UUID) -> None:
    await brought_in(parts, office_id, "Name,Phone\nAnn,3125550142\n")
    await brought_in(parts, office_id, "Name,Phone\nBob,3125550143\n", enroll="auto")
    with pytest.raises(NoSuchSequenceError, match="no active sequence named 'silent-lead'"):
        await brought_in(parts, office_id, "Name,Phone\nCid,3125550144\n", enroll="silent-lead")
    async with parts.db.office(office_id) as conn:
        await install_templates(conn, office_id, at=NOON)
        await install_sequences(conn, office_id, at=NOON)
    await brought_in(parts, office_id, "Name,Phone\nCid,3125550144\n", enroll="silent-lead")
    causes = await rows(
        parts.db, office_id,
        "select l.name, c.causes, c.lane from consideration c join lead l on l.id = c.lead_id order by l.name",
    )  # fmt: skip
    assert [(c["name"], c["causes"], c["lane"]) for c in causes] == [
        ("Ann", ["import"], 3),
        ("Bob", ["enquiry"], 3),
        ("Cid", ["enroll:silent-lead"], 3),
    ]


async def test_the_example_is_believable(parts: Parts, office_id: UUID) -> None:
    report = await import_path(parts, office_id, EXAMPLE)
    assert (report.rows, report.refused, report.failed) == (305, 7, ())
    assert report.created + report.merged + report.unchanged == 298
    counted = await rows(
        parts.db, office_id,
        "select count(*) as leads, count(distinct state) as states, count(*) filter (where kind = 'seller') as sellers,"
        " (select count(*) from consent_state where channel = 'sms' and granted) as texts,"
        " (select count(*) from consent_state where not granted) as refusals,"
        " (select count(*) from contact_point where value !~ '^\\+1[0-9]{3}55501[0-9]{2}$|\\.example$') as real"
        " from lead where merged_into is null",
    )  # fmt: skip
    [found] = counted
    assert found["leads"] == report.created
    assert found["states"] > 25
    assert found["sellers"] > 40
    assert found["texts"] > 100
    assert found["refusals"] > 40
    assert found["real"] == 0


async def test_two_thousand_rows_take_the_whole_path(parts: Parts, office_id: UUID) -> None:
    people = (AHEAD + 2) * 500
    content = "Name,Phone,Email\n" + "".join(
        f"Ann P{n},{200 + n // 10_000}-55{n % 10}-{n % 10_000:04d},p{n}@x.example\n" for n in range(people)
    )
    report, refused = await brought_in(parts, office_id, content + "Zed,,\n")
    assert (report.created, report.unchanged, report.refused) == (people, 0, 1)
    assert [r.row for r in refused] == [people + 2]
    [found] = await rows(
        parts.db, office_id, "select count(*) as n, (select count(*) from inbox_job) as left from lead"
    )
    assert found == {"n": people, "left": 0}


async def test_what_nobody_could_handle_is_told_and_kept(
    db: Db, keyring: Keyring, clock: HandClock, office_id: UUID
) -> None:
    deaf = Parts(db, keyring, clock, Providers({}, {}))
    report, _ = await brought_in(deaf, office_id, "Name,Phone\nAnn,3125550142\n")
    assert (report.rows, report.created) == (1, 0)
    assert "no adapter for the source 'import'" in report.failed[0]


async def test_a_file_whose_import_was_cut_short_is_finished_by_the_next(parts: Parts, office_id: UUID) -> None:
    content = "Name,Phone\nAnn,3125550142\nBob,3125550143\n"
    file = io.BytesIO(content.encode())
    lines = [
        line
        for line in ImportRows(file, preview(file, {}), zone=UTC, at=NOON, enroll="none")
        if isinstance(line, bytes)
    ]
    body = chunk.body(lines)
    async with parts.db.office(office_id) as conn:
        arrival = Arrival(office_id, "import", chunk.name_of(body), chunk.CONTENT_TYPE, body, Lane.BULK)
        await receive_many(conn, office_id, [arrival], at=NOON)
    report, _ = await brought_in(parts, office_id, content)
    assert (report.created, report.unchanged) == (2, 0)


def test_the_example_is_what_its_script_writes() -> None:
    script = runpy.run_path(str(EXAMPLE.parents[1] / "make_export.py"))
    assert script["build"]() == EXAMPLE.read_bytes()


async def test_an_address_in_a_list_is_no_consent(parts: Parts, office_id: UUID) -> None:
    await brought_in(parts, office_id, "Name,Email\nAnn,a@x.example\n")
    assert await rows(parts.db, office_id, "select * from consent_state where channel = %s", Channel.EMAIL) == []
