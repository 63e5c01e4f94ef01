"""A throw-away home with real engine processes in it, for numbers that are about the whole."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from rekindle.kit import postgres, settings

READY_SECONDS = 60.0


@dataclass(frozen=True)
class Place:
    """One office in one home, and what is needed to talk to it."""

    home: Path
    port: int
    environ: dict[str, str]
    office: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rekindle(self, *arguments: str) -> str:
        """Run one verb to its end and return its stdout."""
        done = subprocess.run(
            (sys.executable, "-m", "rekindle", *arguments), env=self.environ, check=True, capture_output=True, text=True
        )
        return done.stdout

    @contextmanager
    def process(self, verb: str) -> Iterator[subprocess.Popen[bytes]]:
        """A long-running verb, ended in order when the block ends."""
        with (self.home / f"{verb}.log").open("ab") as log:
            running = subprocess.Popen((sys.executable, "-m", "rekindle", verb), env=self.environ, stderr=log)
            try:
                yield running
            finally:
                running.terminate()
                running.wait(timeout=30)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def fresh() -> Iterator[Place]:
    """A migrated home with one sandbox office, nothing running but the database."""
    with tempfile.TemporaryDirectory(prefix="rekindle-bench-") as folder:
        Path(folder).chmod(0o711)
        port = free_port()
        environ = {
            **os.environ,
            "REKINDLE_HOME": f"{folder}/var",
            "REKINDLE_PORT": str(port),
            "REKINDLE_SANDBOX_PORT": str(free_port()),
            "REKINDLE_LOG_LEVEL": "warning",
        }
        for name in ("DATABASE_URL", "REKINDLE_ENV", "REKINDLE_SECRET_KEY"):
            environ.pop(name, None)
        with ExitStack() as stack:
            place = Place(Path(folder) / "var", port, environ, {})
            place.rekindle("init")
            office = json.loads(
                place.rekindle(
                    "office", "create", "bench", "--json", "--phone", "+13125550100", "--email", "hello@bench.example",
                    "--address", "1 Lake St, Chicago IL 60601", "--timezone", "America/Chicago",
                )
            )  # fmt: skip
            # Keeps the server up between verbs, as `up` does.
            stack.enter_context(postgres.running(settings.read(environ)))
            yield Place(place.home, port, environ, office)


def wait_for(url: str) -> None:
    """Until something answers there with 200; raises TimeoutError."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(url, timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(url)
