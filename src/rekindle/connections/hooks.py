"""The addresses an office pastes into a provider's settings, so that it tells us what happens."""

from collections.abc import Mapping

from rekindle.providers.ports import Inbound


def urls(inbound: Mapping[str, Inbound], provider: str, *, base_url: str, slug: str) -> tuple[str, ...]:
    """One address for every webhook source of this provider, in order."""
    sources = sorted(source.source for source in inbound.values() if source.provider == provider)
    return tuple(f"{base_url}/hooks/{slug}/{source}" for source in sources)
