"""Where an embedded cluster lives and as whom it runs; root hands it to an ordinary user, parent folders stay."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432")  # sun_path, less what the server appends
SUPERUSER = "postgres"
DATABASE = "rekindle"
# Used by root when the home lies behind folders the ordinary user may not enter.
SYSTEM_HOME = Path("/var/lib/rekindle")


@dataclass(frozen=True)
class Cluster:
    """One data folder, the binaries that serve it, and where its server listens."""

    home: Path  # lock files; always the REKINDLE_HOME that was asked for
    place: Path  # data and sockets; elsewhere only for root, see `locate`
    bin: Path
    user: str | None  # the ordinary user a root process drops to

    @property
    def data(self) -> Path:
        return self.place / "postgres"

    @property
    def sockets(self) -> Path:
        inside = self.place / "run"
        if len(str(inside)) <= SOCKET_PATH_LIMIT:
            return inside
        return Path(tempfile.gettempdir()) / f"rekindle-{os.getuid()}-{_digest(self.place)}"

    def url(self, database: str = DATABASE) -> str:
        return f"postgresql://{SUPERUSER}@/{database}?host={self.sockets}"


def locate(home: Path, binaries: Path, user: str | None) -> Cluster:
    """The cluster of `home`. An ordinary user: all inside it. Root: served by `user`, default the home's owner.

    Where that user cannot reach the home (a 0700 parent) or the binaries, the data or a copy of the binaries goes
    below /var/lib/rekindle instead: widening somebody's folders is not ours to do.
    """
    home.mkdir(parents=True, exist_ok=True)
    if os.getuid() != 0:
        return Cluster(home, home, binaries, None)
    name = user or _ordinary_owner(home)
    place = home
    if not _may_enter(home, name):
        place = SYSTEM_HOME / _digest(home)
        place.mkdir(parents=True, exist_ok=True)
    if not _may_enter(binaries, name):
        binaries = _copied(binaries)
    return Cluster(home, place, binaries, name)


def _ordinary_owner(home: Path) -> str:
    for uid in (home.stat().st_uid, int(os.environ.get("SUDO_UID", "0"))):
        if uid:
            return pwd.getpwuid(uid).pw_name
    return "nobody"


def _may_enter(folder: Path, user: str) -> bool:
    """Whether `user` may pass through every folder down to this one."""
    entry = pwd.getpwnam(user)
    groups = set(os.getgrouplist(user, entry.pw_gid))
    for step in (folder, *folder.parents):
        facts = step.stat()
        if facts.st_uid == entry.pw_uid:
            allowed = facts.st_mode & stat.S_IXUSR
        elif facts.st_gid in groups:
            allowed = facts.st_mode & stat.S_IXGRP
        else:
            allowed = facts.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True


def _copied(binaries: Path) -> Path:
    """The whole installation (bin, lib, share) copied once to where an ordinary user can run it."""
    source = binaries.parent
    target = SYSTEM_HOME / f"postgresql-{_digest(source)}"
    if not target.exists():
        SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(f".{os.getpid()}")
        shutil.copytree(source, draft, symlinks=True)
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:  # another process was first; its copy is the same
            shutil.rmtree(draft)
    return target / "bin"


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
