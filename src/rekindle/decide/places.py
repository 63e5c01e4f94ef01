"""Where a person plausibly is: every zone and state that a number, an address or a ZIP code allows (COMPLIANCE 2)."""

from dataclasses import dataclass
from functools import lru_cache

from rekindle.decide.policy import Policy


@dataclass(frozen=True)
class Places:
    """All plausible zones and states, and in a sentence why each counts."""

    zones: tuple[str, ...]
    states: tuple[str, ...]
    why: str


def area_code(phone: str | None) -> str | None:
    """The area code of a North American number in E.164."""
    if phone and phone.startswith("+1") and len(phone) == 12:
        return phone[2:5]
    return None


@lru_cache(maxsize=8192)
def plausible(policy: Policy, area: str | None, state: str | None, zip3: str | None, *, phone_given: bool) -> Places:
    """The union over every hint; a hint that says nothing makes every place plausible."""
    zones: list[str] = []
    states: list[str] = []
    why: list[str] = []
    if phone_given:
        if area is None or area not in policy.area_zones:
            return everywhere(
                policy, f"area code {area} is bound to no place" if area else "not a North American number"
            )
        zones += policy.area_zones[area]
        states += policy.area_states[area]
        why.append(f"area code {area}: {', '.join(policy.area_states[area])}")
    if state:
        if state not in policy.states:
            return everywhere(policy, f"{state} is not a state this policy knows")
        zones += policy.state_zones[state]
        states.append(state)
        why.append(f"address in {state}")
    for near in policy.zip_states.get(zip3, ()) if zip3 else ():
        zones += policy.state_zones[near]
        states.append(near)
        why.append(f"ZIP {zip3}xx: {near}")
    if not zones:
        return everywhere(policy, "no number, state or ZIP code")
    return Places(tuple(dict.fromkeys(zones)), tuple(dict.fromkeys(states)), "; ".join(why))


@lru_cache(maxsize=256)
def everywhere(policy: Policy, why: str) -> Places:
    """Every zone and state of the policy: the strictest reading there is."""
    zones = {zone: None for _, of_state in sorted(policy.state_zones.items()) for zone in of_state}
    return Places(tuple(zones), tuple(sorted(policy.states)), f"{why}: the strictest hours of all states apply")
