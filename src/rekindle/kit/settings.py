"""Every setting of the process, read once from the environment, refused early and by name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path


class SettingsError(Exception):
    """A setting is missing or malformed; the message names the variable and what it takes."""


class Environment(StrEnum):
    """DEVELOPMENT allows the sandbox provider and generated keys; PRODUCTION allows neither."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Settings:
    """What the outside may set. `home` holds the embedded database and generated keys."""

    environment: Environment
    home: Path
    port: int
    host: str
    database_url: str | None
    database_owner_url: str | None
    postgres_bin: Path | None
    database_user: str | None
    secret_key: str | None = field(repr=False)
    base_url: str
    trusted_proxies: tuple[str, ...]
    workers: int
    sandbox_seed: int
    sandbox_port: int  # 0: no sandbox runs; `up` chooses a free one and tells its children
    log_level: str
    old_secret_keys: tuple[str, ...] = field(default=(), repr=False)  # they open what is not sealed anew yet
    # Opens /metrics and /health/deep; without it only this machine may look.
    metrics_token: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)  # limits are counted there; without it in the database
    hook_refused_per_minute: int = 600  # refused requests of one sender address to one endpoint
    hook_per_minute: int = 600_000  # genuine requests to one endpoint

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `environ`; raises SettingsError with the variable's name and the mend."""
    try:
        environment = Environment(environ.get("REKINDLE_ENV", "development"))
    except ValueError as error:
        raise SettingsError("REKINDLE_ENV must be development or production") from error
    port = _number(environ, "REKINDLE_PORT", 8080, low=1, high=65535)
    host = environ.get("REKINDLE_HOST", "127.0.0.1")
    settings = Settings(
        environment=environment,
        home=Path(environ.get("REKINDLE_HOME", "var")).absolute(),
        port=port,
        host=host,
        database_url=environ.get("DATABASE_URL") or None,
        database_owner_url=environ.get("DATABASE_OWNER_URL") or None,
        postgres_bin=Path(environ["REKINDLE_POSTGRES_BIN"]) if environ.get("REKINDLE_POSTGRES_BIN") else None,
        database_user=environ.get("REKINDLE_DB_USER") or None,
        secret_key=environ.get("REKINDLE_SECRET_KEY") or None,
        base_url=environ.get("REKINDLE_BASE_URL", f"http://{host}:{port}").rstrip("/"),
        trusted_proxies=_networks(environ, "REKINDLE_TRUSTED_PROXIES"),
        workers=_number(environ, "REKINDLE_WORKERS", 1, low=1, high=64),
        sandbox_seed=_number(environ, "REKINDLE_SANDBOX_SEED", 7, low=0, high=2**31),
        sandbox_port=_number(environ, "REKINDLE_SANDBOX_PORT", 0, low=0, high=65535),
        log_level=environ.get("REKINDLE_LOG_LEVEL", "info"),
        old_secret_keys=_listed(environ, "REKINDLE_OLD_SECRET_KEYS"),
        metrics_token=environ.get("REKINDLE_METRICS_TOKEN") or None,
        redis_url=_redis(environ),
        hook_refused_per_minute=_number(environ, "REKINDLE_HOOK_REFUSED_PER_MINUTE", 600, low=1, high=10**9),
        hook_per_minute=_number(environ, "REKINDLE_HOOK_PER_MINUTE", 600_000, low=1, high=10**9),
    )
    if settings.production:
        _require_for_production(settings)
    return settings


def _require_for_production(settings: Settings) -> None:
    if not settings.database_url:
        raise SettingsError("DATABASE_URL is required when REKINDLE_ENV=production")
    if not settings.secret_key:
        raise SettingsError(
            "REKINDLE_SECRET_KEY is required when REKINDLE_ENV=production "
            "(32 random bytes in base64: `openssl rand -base64 32`)"
        )
    if not settings.base_url.startswith("https://"):
        raise SettingsError("REKINDLE_BASE_URL must start with https:// when REKINDLE_ENV=production")


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())


def _redis(environ: Mapping[str, str]) -> str | None:
    given = environ.get("REDIS_URL") or None
    if given and not given.startswith(("redis://", "rediss://", "unix://")):
        # Never echoed: it may hold a password.
        raise SettingsError("REDIS_URL must start with redis://, rediss:// or unix://")
    return given


def _networks(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    given = _listed(environ, name)
    for network in given:
        try:
            ip_network(network, strict=False)
        except ValueError as error:
            raise SettingsError(f"{name}: {network!r} is neither an address nor a network") from error
    return given


def _number(environ: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    raw = environ.get(name, "")
    if not raw:
        return default
    if not raw.isdigit() or not low <= int(raw) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}, not {raw!r}")
    return int(raw)
