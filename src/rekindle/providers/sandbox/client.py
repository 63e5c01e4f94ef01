"""The engine's end of the wire to the sandbox."""

from rekindle.kit.settings import Settings
from rekindle.providers.sandbox.guard import refuse_production
from rekindle.providers.sandbox.lines import Lines


def connect(settings: Settings, *, token: str, port: int | None = None) -> Lines:
    """Lines to the sandbox on this machine; raises SandboxInProductionError."""
    refuse_production(settings)
    return Lines(f"http://127.0.0.1:{port or settings.sandbox_port}", headers={"authorization": f"Bearer {token}"})
