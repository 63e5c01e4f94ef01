"""Rows of a CSV per second, from file to leads in PostgreSQL, into an empty office and into one of a million leads."""

import argparse
import asyncio
import csv
import io
import json
import random
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from tests.conftest import make_office

from rekindle.inbox.import_file import Report, import_file
from rekindle.kit import collector, migrate, postgres, settings
from rekindle.kit.clock import Clock, SystemClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, connect
from rekindle.providers.csv_file.inbound import CsvInbound
from rekindle.providers.csv_file.preview import preview
from rekindle.providers.ports import Providers

ROWS = 60_000
EXISTING = 1_000_000
KNOWN_SHARE = 0.1  # rows of the file that are people the big office has already
HEADER = (
    "Contact Id,First Name,Last Name,Email,Phone,Lead Type,Stage,Lead Source,Tags,Created,Last Activity,Message,"
    "Area of Interest,Price Range,Timeframe,City,State,Zip,SMS Consent,Email Opt In,Consent Date,Consent IP"
)


@dataclass(frozen=True)
class Parts:
    """What an open engine has."""

    db: Db
    keyring: Keyring
    clock: Clock
    providers: Providers


def measure(rows: int = ROWS, existing: int = EXISTING) -> dict[str, Any]:
    """Rows per second of the whole path: read, inbox, dedupe, leads, consent, timeline, consideration."""
    with tempfile.TemporaryDirectory(prefix="rekindle-bench-") as home:
        Path(home).chmod(0o711)
        with postgres.running(settings.read({"REKINDLE_HOME": home})) as url:
            migrate.upgrade(url)
            return asyncio.run(_measure(url, rows, existing))


async def _measure(url: str, rows: int, existing: int) -> dict[str, Any]:
    content = export(rows, existing)
    collector.calm()  # as every verb does
    async with connect(url) as db:
        parts = Parts(db, Keyring(b"b" * 32), SystemClock(), Providers({}, {"import": CsvInbound()}))
        empty, big = await make_office(db, "empty"), await make_office(db, "big")
        into_empty = await _timed(parts, empty, content)
        seeded = time.perf_counter()
        _seed(url, big, existing)
        seeded = time.perf_counter() - seeded
        into_big = await _timed(parts, big, content)
        again = await _timed(parts, big, content)
    return {
        "rows": rows,
        "existing_leads": existing,
        "into_empty": into_empty,
        "into_existing": into_big,
        "same_file_again": again,
        "seeding_seconds": round(seeded, 1),
    }


async def _timed(parts: Parts, office_id: UUID, content: bytes) -> dict[str, Any]:
    file = io.BytesIO(content)
    begun, cpu = time.perf_counter(), time.process_time()
    report: Report = await import_file(parts, office_id, file, preview(file, {}), enroll="none")
    seconds = time.perf_counter() - begun
    return {
        "rows_per_second": round(report.rows / seconds),
        "seconds": round(seconds, 2),
        "our_cpu_microseconds_a_row": round((time.process_time() - cpu) / report.rows * 1e6),
        "created": report.created,
        "merged": report.merged,
        "unchanged": report.unchanged,
        "refused": report.refused,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def export(rows: int, existing: int) -> bytes:
    """A believable export: most people new, a tenth known to the big office, half with consent, a few of no use."""
    draw = random.Random(7)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER.split(","))
    for number in range(rows):
        known = draw.random() < KNOWN_SHARE and existing
        person = draw.randrange(existing) if known else existing + number
        agreed = draw.random() < 0.5
        phone = _phone(person)
        writer.writerow(
            [
                f"c{number}", draw.choice(["Ann", "Bo", "José", "Mei", "Omar"]), f"Person{person % 9973}",
                f"p{person}@bench.example" if draw.random() < 0.95 else "N/A",
                f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}" if draw.random() < 0.97 else "",
                draw.choice(["Buyer", "Seller", ""]), draw.choice(["Lead", "Nurture", "Hot Prospect"]), "Zillow",
                draw.choice(["", "vip", "open house, spring"]), f"{draw.randint(1, 12)}/{draw.randint(1, 28)}/2025",
                "2026-01-02", f"Is the house on Elm {number} open?" if draw.random() < 0.4 else "", "Lakeview",
                "$450,000", "3-6 months", "Chicago", "IL", "60614", "Yes" if agreed else "", "Yes" if agreed else "",
                "3/4/2026 10:00 AM" if agreed else "", f"203.0.113.{number % 250}" if agreed else "",
            ]
        )  # fmt: skip
    return out.getvalue().encode()


def _phone(person: int) -> str:
    """A number of its own for each person; not only 555-01xx, of which there are too few for a million."""
    area, rest = divmod(person, 7_000_000)
    return f"+1{205 + area}{200 + rest // 10_000 % 700:03d}{rest % 10_000:04d}"


def _seed(url: str, office_id: UUID, existing: int) -> None:
    """Leads, addresses and sources as an import would have left them, in bulk; ids grow with time as ours do."""
    with psycopg.connect(url, autocommit=True) as conn:
        person = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
        given = f"from generate_series(0, {existing - 1}) n"
        conn.execute(
            "insert into lead (office_id, id, created_at, updated_at, name, first_name, last_name, kind, stage, source,"
            f" state, zip, city, attributes) select '{office_id}', {person}, now(), now(), 'Ann Person' || n,"
            " 'Ann', 'Person' || n % 9973, 'buyer', 'new', 'Zillow', 'IL', '60614', 'Chicago',"
            f""" '{{"budget": "$450,000", "timeline": "3-6 months"}}' {given}"""
        )
        number = "(205 + n / 7000000)::text || (200 + n / 10000 % 700)::text || lpad((n % 10000)::text, 4, '0')"
        for kind, value in (("phone", f"'+1' || {number}"), ("email", "'p' || n || '@bench.example'")):
            conn.execute(
                "insert into contact_point (office_id, kind, value, lead_id, raw, created_at)"
                f" select '{office_id}', '{kind}', v, {person}, v, now() {given}, lateral (select {value}) t (v)"
            )
        conn.execute(
            "insert into lead_source (office_id, lead_id, source, external_id, seen_at)"
            f" select '{office_id}', {person}, 'Zillow', 'csv:' || md5(n::text), now() {given}"
        )
        conn.execute("vacuum analyze")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--existing", type=int, default=EXISTING)
    given = options.parse_args()
    print(json.dumps(measure(given.rows, given.existing), indent=2))
