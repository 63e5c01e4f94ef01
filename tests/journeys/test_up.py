"""`rekindle up` as a newcomer meets it: from an empty folder to answered leads, through kills, to a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

PATIENCE = 90.0


@dataclass
class Home:
    """A fresh home, and the processes that belong to it."""

    folder: Path
    port: int

    @property
    def environ(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("REKINDLE_", "DATABASE_"))}
        return {**clean, "REKINDLE_HOME": str(self.folder / "var"), "REKINDLE_PORT": str(self.port)}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def up(self) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "up.log").open("ab") as output:
            running = subprocess.Popen(
                (sys.executable, "-m", "rekindle", "up"), env=self.environ, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
            try:
                self.until(lambda: self.get("/health/ready") == 200)
                yield running
            finally:
                running.send_signal(signal.SIGINT)
                running.wait(timeout=60)

    def get(self, path: str) -> int:
        try:
            return httpx.get(self.url + path, timeout=5).status_code
        except httpx.TransportError:
            return 0

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, (self.folder / "up.log").read_text()[-3000:]
            time.sleep(0.1)

    def listed(self, what: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            (sys.executable, "-m", "rekindle", "list", what, "--json"),
            env=self.environ, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return [json.loads(line) for line in done.stdout.splitlines()]

    def processes(self) -> dict[int, str]:
        """Every process that carries this home in its environment or its command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environ = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(self.folder) in command or f"REKINDLE_HOME={self.folder}/var" in environ:
                found[int(entry.name)] = command
        return found


@pytest.fixture
def home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="rekindle-up-") as folder, socket.socket() as probe:
        Path(folder).chmod(0o711)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        yield Home(Path(folder), port)


def pids(home: Home, verb: str) -> list[int]:
    return [pid for pid, command in home.processes().items() if command.rstrip().endswith(f"rekindle {verb}")]


def test_a_newcomer_sees_leads_come_in_and_be_answered_and_ctrl_c_ends_it_all(home: Home) -> None:
    with home.up():
        login = json.loads((home.folder / "var" / "demo-login.json").read_text())
        with httpx.Client(base_url=home.url, follow_redirects=True) as browser:
            assert "Sandbox" in browser.post("/login", data=login).text
            for page in ("/", "/leads", "/decisions", "/sandbox"):
                assert browser.get(page).status_code == 200, page
        home.until(lambda: any(m["state"] in {"accepted", "sent", "delivered"} for m in home.listed("messages")))
        fed = [lead for lead in home.listed("leads") if "form" in lead["sources"]]
        assert fed, "new leads came in through the signed form"
    assert home.processes() == {}
    again = len(home.listed("leads"))
    assert again >= len(fed), "what came in is still there"
    assert home.processes() == {}, "a verb stops the database it started"


def test_every_process_may_be_killed_and_the_engine_goes_on(home: Home) -> None:
    with home.up() as parent:
        for verb in ("work", "web", "sandbox"):
            (victim,) = pids(home, verb)
            os.kill(victim, signal.SIGKILL)
            home.until(lambda verb=verb, victim=victim: [p for p in pids(home, verb) if p != victim] != [])  # type: ignore[misc]
        (postmaster,) = [pid for pid, command in home.processes().items() if "/postgres -D" in command]
        os.kill(postmaster, signal.SIGKILL)
        home.until(lambda: home.get("/health/ready") != 200)
        home.until(lambda: home.get("/health/ready") == 200)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        home.until(lambda: not pids(home, "web") and not pids(home, "work") and not pids(home, "sandbox"))
    with home.up():
        assert home.get("/health/live") == 200
    assert home.processes() == {}
    keys = [m["key"] for m in home.listed("messages") if m["key"]]
    assert len(keys) == len(set(keys))


def test_a_taken_port_is_named_before_anything_starts(home: Home) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", home.port))
        holder.listen()
        done = subprocess.run(
            (sys.executable, "-m", "rekindle", "up"), env=home.environ, check=False, capture_output=True, text=True
        )
    assert done.returncode == 2
    assert f"port {home.port} on 127.0.0.1 is taken" in done.stderr
    assert not (home.folder / "var" / "postgres").exists()
