"""Signed form webhooks per second until durable, against the raw commit ceiling of the same disk in the same run."""

import asyncio
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.place import Place, free_port, fresh, wait_for
from rekindle.kit import postgres
from rekindle.kit.clock import SystemClock
from rekindle.kit.ids import new_id
from rekindle.providers import standard_webhooks

SECONDS = 8
CONNECTIONS = 64
PREPARED = 60_000
SEPARATOR = b"\0\0\0\0"

_files = itertools.count()
_starts = itertools.count(0, PREPARED)


def measure(seconds: int = SECONDS) -> dict[str, Any]:
    """Requests/s of one web process and of two, latency at half load, and pgbench's commits/s of the same rows.

    The load comes from wrk where it is installed, else from our own generator, which costs more of the two cores.
    """
    with fresh() as place, place.process("web"):
        wait_for(f"{place.url}/health/live")
        full = _load(place, seconds=seconds)
        half = _generated(place, seconds=seconds, rate=full["per_second"] / 2)
        ceiling = _ceiling(place, seconds)
        other = replace(place, port=free_port())
        with replace(other, environ={**place.environ, "REKINDLE_PORT": str(other.port)}).process("web"):
            wait_for(f"{other.url}/health/live")
            both = _both((place, other), seconds)
    return {
        "webhooks_per_second_one_process": round(full["per_second"]),
        "webhooks_per_second_two_processes": round(sum(one["per_second"] for one in both)),
        "not_2xx": full["not_2xx"] + half["not_2xx"] + sum(one["not_2xx"] for one in both),
        "p50_ms_at_half_load": half["p50_ms"],
        "p99_ms_at_half_load": half["p99_ms"],
        "commit_ceiling_per_second": round(ceiling),
        "ratio_to_ceiling_one_process": round(full["per_second"] / ceiling, 2),
        "ratio_to_ceiling_two_processes": round(sum(one["per_second"] for one in both) / ceiling, 2),
        "connections": CONNECTIONS,
        "load_from": "wrk" if shutil.which("wrk") else "our own generator",
    }


def bodies(place: Place, count: int, *, start: int = 0) -> list[bytes]:
    """Whole HTTP requests, signed ahead of time, so that the load generator only writes and reads."""
    secret = place.office["form_secret"].encode()
    now = SystemClock().now()
    made = []
    for number in range(start, start + count):
        body = json.dumps(
            {
                "first_name": "Ada", "last_name": f"Bench {number}", "email": f"ada{number}@bench.example",
                "phone": _phone(number), "kind": "buyer", "message": "Is the house on Elm still available?",
                "page": "https://lakeside.example/elm-12", "attributes": {"timeline": "1-3 months", "area": "Elm Park"},
                "consent": {"sms": True, "text": "I agree to receive texts", "url": "https://lakeside.example/elm-12"},
            }
        ).encode()  # fmt: skip
        head = standard_webhooks.sign(body, event_id=f"msg_{new_id()}", at=now, secret=secret)
        lines = "".join(f"{k}: {v}\r\n" for k, v in head.items())
        made.append(
            f"POST /hooks/bench/form HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{lines}"
            f"content-length: {len(body)}\r\n\r\n".encode()
            + body
        )
    return made


def _phone(number: int) -> str:
    """A number nobody else in the run has: every lead is somebody new."""
    return f"+1{(312, 773, 404, 206, 303)[number % 5]}{200 + number // 10_000 % 799}{number // 5 % 10_000:04d}"


def _load(place: Place, *, seconds: int) -> dict[str, Any]:
    """As fast as it goes."""
    if not shutil.which("wrk"):
        return _generated(place, seconds=seconds, rate=0)
    result: dict[str, Any] = json.loads(_wrk(place, seconds).communicate()[0].splitlines()[-1])
    return result


def _both(places: tuple[Place, Place], seconds: int) -> list[dict[str, Any]]:
    if not shutil.which("wrk"):
        return [_generated(places[0], seconds=seconds, rate=0)]
    running = [_wrk(place, seconds) for place in places]
    return [json.loads(one.communicate()[0].splitlines()[-1]) for one in running]


def _wrk(place: Place, seconds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(Path(__file__).with_name("hook.lua")), place.url),
        env={**place.environ, "REQUESTS": str(_requests(place))}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _generated(place: Place, *, seconds: int, rate: float) -> dict[str, Any]:
    """Our own load generator in a process of its own: as fast as it goes, or at a fixed rate."""
    done = subprocess.run(
        (sys.executable, "-m", "bench.ingest", str(_requests(place)), str(place.port), str(seconds), str(rate)),
        check=True, capture_output=True, text=True, env=place.environ,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _requests(place: Place) -> Path:
    """A file of ready-made requests that nobody has sent yet."""
    path = place.home / f"requests-{next(_files)}.bin"
    path.write_bytes(SEPARATOR.join(bodies(place, PREPARED, start=next(_starts))))
    return path


def _ceiling(place: Place, seconds: int) -> float:
    """pgbench: the same event, key and job rows, 64 clients, nothing of ours in between."""
    script = place.home / "ceiling.sql"
    script.write_text(
        "\\set n random(1, 1000000000)\n"
        "with k as (insert into event_key (office_id, source, external_id, event_id, received_at) values"
        " ('00000000-0000-7000-8000-000000000000', 'form', gen_random_uuid()::text, gen_random_uuid(), now())"
        " on conflict do nothing returning *),\n"
        "e as (insert into event (office_id, id, received_at, source, external_id, content_type, body)"
        " select office_id, event_id, received_at, source, external_id, 'application/json',"
        f" '{'x' * 420}'::bytea from k)\n"
        "insert into inbox_job (office_id, event_id, received_at, source, external_id, lane, due_at)"
        " select office_id, event_id, received_at, source, external_id, 0, now() from k;\n"
    )
    done = subprocess.run(
        (str(postgres.wheel_binaries() / "pgbench"), "-n", "-M", "prepared", "-c", "64", "-j", "2", "-T", str(seconds),
         "-f", str(script), "-h", str(place.home / "run"), "-U", "postgres", "rekindle"),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return next(float(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("tps"))


async def _generate(requests: Iterator[bytes], port: int, seconds: float, rate: float) -> dict[str, Any]:
    latencies: list[float] = []
    bad = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    sent = 0

    async def one_connection() -> None:
        nonlocal bad, sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            if rate:
                sent += 1
                await asyncio.sleep(max(0.0, began + sent / rate - loop.time()))
            start = loop.time()
            if start > began + seconds:
                break
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(loop.time() - start)
            bad += not head.startswith(b"HTTP/1.1 2")
        writer.close()

    # At a low rate few connections, or the server closes them as idle between two requests.
    connections = min(CONNECTIONS, max(4, int(rate / 5))) if rate else CONNECTIONS
    await asyncio.gather(*(one_connection() for _ in range(connections)))
    took = loop.time() - began
    latencies.sort()
    return {
        "per_second": len(latencies) / took,
        "not_2xx": bad,
        "p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "p99_ms": round(latencies[int(len(latencies) * 0.99)] * 1000, 1),
    }


if __name__ == "__main__":
    made = iter(Path(sys.argv[1]).read_bytes().split(SEPARATOR))
    print(json.dumps(asyncio.run(_generate(made, int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))))
