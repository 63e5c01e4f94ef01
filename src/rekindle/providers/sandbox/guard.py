"""The sandbox invents leads and answers, so it stays out of where real people are written to."""

from rekindle.kit.settings import Settings


class SandboxInProductionError(Exception):
    """Somebody tried to wire or run the sandbox with REKINDLE_ENV=production."""


def refuse_production(settings: Settings) -> None:
    """Raises SandboxInProductionError in production settings; every door of the sandbox calls it first."""
    if settings.production:
        raise SandboxInProductionError(
            "the sandbox provider sends nothing and invents leads: it does not run with REKINDLE_ENV=production. "
            "Connect a real provider, or set REKINDLE_ENV=development to try things out."
        )
