"""The addresses an office pastes into a provider's settings, so that it tells us what happens."""

from collections.abc import Mapping

from rekindle.providers.ports import Inbound, Plug


def urls(
    inbound: Mapping[str, Inbound], plug: Plug, shown: Mapping[str, str], *, base_url: str, slug: str
) -> tuple[str, ...]:
    """One address for every source of this provider that a person pastes; `shown` are values that may be seen.

    Where a secret ends the address, its field's label stands in brackets unless it was made up just now.
    """
    labels = {one.name: one.label for one in plug.fields}
    found = []
    for source in sorted(inbound.values(), key=lambda one: one.source):
        if source.provider != plug.provider or not source.pasted:
            continue
        end = source.tail_field
        tail = f"/{shown.get(end) or f'[{labels.get(end, end)}]'}" if end else ""
        found.append(f"{base_url}/hooks/{slug}/{source.source}{tail}")
    return tuple(found)
