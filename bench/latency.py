"""From a signed webhook to a first touch the provider has accepted, at 10, 50 and 100 leads a second."""

import json
import subprocess
import sys
import time
from typing import Any

import psycopg

from bench.ingest import bodies
from bench.place import Place, fresh, wait_for
from rekindle.kit.postgres import wheel_binaries
from rekindle.kit.postgres_place import locate

SECONDS = 20
RATES = (10, 50, 100)
PATIENCE = 120.0

FIRST_TOUCHES = """
with first as (
  select l.id, min(k.received_at) as came, (select min(m.accepted_at) from message m
    where m.office_id = l.office_id and m.lead_id = l.id and m.direction = 'out') as touched
  from lead l join event_key k on k.office_id = l.office_id and k.lead_id = l.id
  where k.source = 'form' and k.received_at >= %s group by l.office_id, l.id)
select count(*) as leads, count(touched) as touched,
  percentile_cont(0.5) within group (order by extract(epoch from touched - came)) as p50,
  percentile_cont(0.99) within group (order by extract(epoch from touched - came)) as p99,
  max(extract(epoch from touched - came)) as longest
from first
"""


def measure(seconds: int = SECONDS, rates: tuple[int, ...] = RATES) -> dict[str, Any]:
    """Per rate: leads in, leads touched, p50, p99 and longest seconds from stored to accepted."""
    found = {}
    with fresh() as place, place.process("web"), place.process("work"), calm(place):
        wait_for(f"{place.url}/health/live")
        for rate in rates:
            began = _now(place)
            _feed(place, rate=rate, seconds=seconds)
            found[f"{rate}_per_second"] = _until_all_touched(place, began)
    return found


class calm:  # noqa: N801 reads as a verb where it is used
    """The calm sandbox as a process of its own."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def __enter__(self) -> None:
        self.running = subprocess.Popen((sys.executable, "-m", "bench.calm"), env=self.place.environ)

    def __exit__(self, *_: object) -> None:
        self.running.terminate()
        self.running.wait(timeout=30)


def _feed(place: Place, *, rate: int, seconds: int) -> None:
    (place.home / "requests.bin").write_bytes(b"\0\0\0\0".join(bodies(place, rate * seconds, start=rate * 100_000)))
    subprocess.run(
        (sys.executable, "-m", "bench.ingest", str(place.home / "requests.bin"), str(place.port), str(seconds + 5),
         str(rate)), check=True, capture_output=True, env=place.environ,
    )  # fmt: skip


def _until_all_touched(place: Place, began: Any) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE
    while True:
        with psycopg.connect(_url(place)) as conn:
            row = conn.execute(FIRST_TOUCHES, (began,)).fetchone()
        assert row is not None
        leads, touched, p50, p99, longest = row
        if (leads and leads == touched) or time.monotonic() > until:
            p50, p99, longest = (round(float(seconds or 0), 3) for seconds in (p50, p99, longest))
            return {
                "leads": leads,
                "touched": touched,
                "p50_seconds": p50,
                "p99_seconds": p99,
                "longest_seconds": longest,
            }
        time.sleep(0.5)


def _now(place: Place) -> Any:
    with psycopg.connect(_url(place)) as conn:
        row = conn.execute("select now()").fetchone()
    return row[0] if row else None


def _url(place: Place) -> str:
    return locate(place.home, wheel_binaries(), None).url()


if __name__ == "__main__":
    print(json.dumps(measure()))
