"""Intake by kind of signature: requests/s until durable, p99 at half load, and what the check alone costs."""

import asyncio
import itertools
import json
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx

from bench.ingest import SEPARATOR
from bench.place import Place, fresh, wait_for
from bench.signed import ACCOUNTS, ENVIRON, KINDS, Kind
from rekindle import main
from rekindle.cli.context import pick_office
from rekindle.connections import sealed, store
from rekindle.connections.vault import ShutVault
from rekindle.kit import db as kit_db
from rekindle.kit import keys, settings
from rekindle.kit.clock import SystemClock
from rekindle.kit.postgres import wheel_binaries
from rekindle.kit.postgres_place import locate
from rekindle.providers.ports import Account, Providers, Request

SECONDS = 4
PREPARED = 24_000  # requests of one run, as many as can be answered in SECONDS
LARGE = 4_000  # bytes of a body of which a fifth as many will do
VERIFIED = 2_000

_numbers = itertools.count()


def measure(seconds: int = SECONDS) -> dict[str, Any]:
    """By kind: requests/s of one web process, their ratio to `form_v1`, p99 at half load, µs of one check alone."""
    checks = asyncio.run(_checks())
    found: dict[str, Any] = {}
    with fresh() as made:
        place = replace(made, environ={**made.environ, **ENVIRON})
        asyncio.run(_connect(place))
        with place.process("web"):
            wait_for(f"{place.url}/health/live")
            _load(place, KINDS["form_v1"], seconds=2, rate=0)  # caches, prepared statements, young statistics
            for name, kind in KINDS.items():
                full = _load(place, kind, seconds=seconds, rate=0)
                half = _load(place, kind, seconds=seconds, rate=full["per_second"] / 2)
                found[name] = {
                    "body_bytes": len(kind.body(0)),
                    "webhooks_per_second": round(full["per_second"]),
                    "p99_ms_at_half_load": half["p99_ms"],
                    "not_2xx": full["not_2xx"] + half["not_2xx"],
                    **checks[name],
                }
    base = found["form_v1"]["webhooks_per_second"]
    return {
        name: {**one, "ratio_to_form_v1": round(one["webhooks_per_second"] / base, 2)} for name, one in found.items()
    }


def _load(place: Place, kind: Kind, *, seconds: int, rate: float) -> dict[str, Any]:
    """Our own load generator in a process of its own, over requests that nobody has sent yet."""
    count = PREPARED if len(kind.body(0)) < LARGE else PREPARED // 5
    path = place.home / f"signed-{next(_numbers)}.bin"
    path.write_bytes(SEPARATOR.join(_wire(kind, place.url, next(_numbers)) for _ in range(count)))
    done = subprocess.run(
        (sys.executable, "-m", "bench.ingest", str(path), str(place.port), str(seconds), str(rate)),
        check=True, capture_output=True, text=True, env=place.environ,
    )  # fmt: skip
    path.unlink()
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _wire(kind: Kind, url: str, number: int) -> bytes:
    path = f"/hooks/bench/{kind.source}" + (f"/{kind.tail}" if kind.tail else "")
    body = kind.body(number)
    signed = kind.sign(url + path, body, SystemClock().now())
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
    return (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: {kind.content_type}\r\n{lines}"
        f"content-length: {len(body)}\r\n\r\n".encode()
        + body
    )


async def _connect(place: Place) -> None:
    """The office's accounts, sealed as a person's would be, without the look that asks the provider."""
    chosen, at = settings.read(place.environ), SystemClock().now()
    ring = keys.keyring(chosen)
    named = {"ghl": "location_id", "meta": "page_id"}
    async with kit_db.connect(locate(place.home, wheel_binaries(), None).url()) as db:
        office_id = await pick_office(db, None)
        async with db.office(office_id) as conn:
            for provider, values in ACCOUNTS.items():
                closed = sealed.seal(ring, office_id, provider, values)
                name = values.get(named.get(provider, ""), "")
                await store.put(conn, office_id, provider, account=name, sealed=closed, at=at)


async def _checks() -> dict[str, dict[str, float]]:
    async with httpx.AsyncClient() as http:
        wired = main.real(http, SystemClock(), ShutVault(), ENVIRON)
    return {name: _check(wired, kind) for name, kind in KINDS.items()}


def _check(wired: Providers, kind: Kind) -> dict[str, float]:
    """µs of `verify` alone: mean of CPU time, median of wall time."""
    inbound = wired.inbound[kind.source]
    account = Account(UUID(int=0), inbound.provider, ACCOUNTS[inbound.provider])
    requests = [_request(kind, number) for number in range(VERIFIED)]
    cpu, wall = [], []
    for request in requests:
        before, began = time.process_time_ns(), time.perf_counter_ns()
        inbound.verify(request, account)
        wall.append(time.perf_counter_ns() - began)
        cpu.append(time.process_time_ns() - before)
    return {
        "verify_cpu_us": round(statistics.fmean(cpu) / 1000, 1),
        "verify_wall_us": round(statistics.median(wall) / 1000, 1),
    }


def _request(kind: Kind, number: int) -> Request:
    url = f"https://bench.example/hooks/bench/{kind.source}" + (f"/{kind.tail}" if kind.tail else "")
    body, at = kind.body(number), SystemClock().now()
    headers = {"content-type": kind.content_type, **kind.sign(url, body, at)}
    return Request("POST", url, kind.tail, headers, body, at)


if __name__ == "__main__":
    print(json.dumps(measure()))
