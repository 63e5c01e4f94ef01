"""The embedded server: every way it has been seen to go wrong elsewhere, tried for real."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rekindle.kit import postgres, settings
from rekindle.kit.postgres_place import Cluster, locate


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rekindle-pg-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "var"


@pytest.fixture
def cluster(home: Path) -> Cluster:
    return locate(home, postgres.wheel_binaries(), None)


def select_one(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url()) as conn:
        row = conn.execute("select 1").fetchone()
    assert row is not None
    return int(row[0])


def test_the_last_to_leave_stops_the_server(cluster: Cluster) -> None:
    with postgres.attached(cluster):
        with postgres.attached(cluster):
            assert select_one(cluster) == 1
        assert select_one(cluster) == 1
    assert not postgres.answers(cluster)


def test_a_recycled_pid_does_not_pretend_to_be_a_server(cluster: Cluster) -> None:
    with postgres.attached(cluster):
        pid_file = (cluster.data / "postmaster.pid").read_text()
    somebody_else = subprocess.Popen(("sleep", "60"))
    try:
        lines = pid_file.splitlines()
        lines[0] = str(somebody_else.pid)
        (cluster.data / "postmaster.pid").write_text("\n".join(lines))
        with postgres.attached(cluster):
            assert select_one(cluster) == 1
    finally:
        somebody_else.kill()
        somebody_else.wait()


@pytest.mark.parametrize("half", ["", "12", "junk\n", "99999999\n/nowhere"])
def test_a_half_written_pid_file_does_not_matter(cluster: Cluster, half: str) -> None:
    with postgres.attached(cluster):
        pass
    (cluster.data / "postmaster.pid").write_text(half)
    with postgres.attached(cluster):
        assert select_one(cluster) == 1


HOLD = """
import sys, time
from pathlib import Path
from rekindle.kit import postgres, settings
with postgres.running(settings.read({"REKINDLE_HOME": sys.argv[1]})):
    Path(sys.argv[2]).touch()
    time.sleep(60)
"""


def test_a_killed_holder_leaks_nothing(cluster: Cluster, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    holder = subprocess.Popen((sys.executable, "-c", HOLD, str(cluster.home), str(ready)))
    while not ready.exists():
        assert holder.poll() is None
        time.sleep(0.02)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert postgres.answers(cluster), "the server outlives a killed holder, so nothing is lost"
    with postgres.attached(cluster):
        assert select_one(cluster) == 1
    assert not postgres.answers(cluster), "and the next to leave stops it"


def test_a_killed_server_recovers_with_its_rows(cluster: Cluster) -> None:
    with postgres.attached(cluster):
        with psycopg.connect(cluster.url()) as conn:
            conn.execute("create table kept (n int)")
            conn.execute("insert into kept values (7)")
        pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + 10
        while postgres.answers(cluster) and time.monotonic() < until:
            time.sleep(0.02)
        with postgres.attached(cluster), psycopg.connect(cluster.url()) as conn:
            assert conn.execute("select n from kept").fetchall() == [(7,)]


def test_a_server_killed_under_its_holder_is_revived(home: Path) -> None:
    chosen = settings.read({"REKINDLE_HOME": str(home)})
    with postgres.running(chosen) as url:
        assert not postgres.revive(chosen)
        cluster = locate(home, postgres.wheel_binaries(), None)
        os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        until = time.monotonic() + 10
        while postgres.answers(cluster) and time.monotonic() < until:
            time.sleep(0.02)
        assert postgres.revive(chosen)
        with psycopg.connect(url) as conn:
            assert conn.execute("select 1").fetchone() == (1,)


def test_parents_keep_their_permissions_and_a_closed_home_still_works(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cluster = locate(closed / "var", postgres.wheel_binaries(), None)
    try:
        with postgres.attached(cluster):
            assert select_one(cluster) == 1
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    finally:
        if cluster.place != cluster.home:
            shutil.rmtree(cluster.place)


def test_root_never_runs_the_server_itself(cluster: Cluster) -> None:
    with postgres.attached(cluster):
        pid = (cluster.data / "postmaster.pid").read_text().split()[0]
        owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner != 0
    if os.getuid() == 0:
        assert pwd.getpwuid(owner).pw_name == cluster.user


def test_a_very_long_home_still_gets_a_socket(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    cluster = locate(deep, postgres.wheel_binaries(), None)
    with postgres.attached(cluster):
        assert select_one(cluster) == 1


def test_binaries_of_another_major_are_refused_by_name(cluster: Cluster) -> None:
    with postgres.attached(cluster):
        pass
    (cluster.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(postgres.PostgresError, match="was made by PostgreSQL 14"), postgres.attached(cluster):
        pass


def test_a_set_database_url_never_touches_the_embedded_path(home: Path) -> None:
    chosen = settings.read({"DATABASE_URL": "postgresql://db.example/rekindle", "REKINDLE_HOME": str(home)})
    with postgres.running(chosen) as url:
        assert url == "postgresql://db.example/rekindle"
    assert not home.exists()
