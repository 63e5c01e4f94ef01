"""The engine's end of the wire to the sandbox."""

import httpx

from rekindle.kit.settings import Settings
from rekindle.providers.sandbox.guard import refuse_production

# Shorter than the server keeps a connection: an idle one is never found closed by a message that goes out on it.
KEEP_SECONDS = 2.0
MOST_CONNECTIONS = 100


def connect(settings: Settings, *, token: str, port: int | None = None) -> httpx.AsyncClient:
    """A client of the sandbox on this machine; raises SandboxInProductionError."""
    refuse_production(settings)
    return httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port or settings.sandbox_port}",
        headers={"authorization": f"Bearer {token}"},
        limits=httpx.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=KEEP_SECONDS),
        trust_env=False,  # loopback never goes through a proxy
    )
