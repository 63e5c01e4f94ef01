"""Where the process's master key comes from: the environment, or in development a file made on first use."""

import base64
import os
import secrets
from pathlib import Path

from rekindle.kit.crypto import KEY_BYTES, Keyring
from rekindle.kit.settings import Settings

FILE = "secret.key"


def keyring(settings: Settings) -> Keyring:
    """The keyring of REKINDLE_SECRET_KEY; without it (development only) of a random key kept in the home folder.

    REKINDLE_OLD_SECRET_KEYS go along, to open what was sealed before the key changed. Raises CryptoError.
    """
    return Keyring.from_text(settings.secret_key or _kept(settings.home / FILE), settings.old_secret_keys)


def _kept(path: Path) -> str:
    """The key in `path`, made by whoever comes first; written whole before it gets its name."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{FILE}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails if another process was first; theirs stands
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
