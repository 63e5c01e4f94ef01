"""What a well-formed pack must also be: complete, and consistent between its tables."""

from rekindle.policy.read import Pack
from rekindle.policy.tables import PolicyError

_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR"
    " PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
JURISDICTIONS = frozenset(_STATES.split())


def check(pack: Pack) -> None:
    """Raises PolicyError unless every state has a rule and zones, and every table speaks only of known states."""
    policy, where = pack.policy, pack.policy.version
    _same(f"{where}/states.csv", set(policy.states))
    _same(f"{where}/state-zones.csv", set(policy.state_zones))
    for name, states in (("area-codes.csv", policy.area_states), ("zips.csv", policy.zip_states)):
        for key, named in states.items():
            if not named or not set(named) <= JURISDICTIONS:
                raise PolicyError(f"{where}/{name}: {key} names {named or 'no state'}")
    if stray := set(policy.state_holidays) - JURISDICTIONS:
        raise PolicyError(f"{where}/holidays.csv: unknown scope {sorted(stray)}")
    if mute := sorted(s for s, r in policy.states.items() if r.block_holidays and s not in policy.state_holidays):
        raise PolicyError(f"{where}/holidays.csv: {mute} block holidays but none is listed")
    if both := sorted(set(policy.area_zones) & policy.elsewhere):
        raise PolicyError(f"{where}/pack.yaml: elsewhere names served area codes {both}")
    if not 0 < policy.caps.day <= policy.caps.first_day <= policy.caps.hard_day:
        raise PolicyError(f"{where}/pack.yaml: caps must rise from day over first_day to hard_day")
    if pack.effective >= pack.covers_until:
        raise PolicyError(f"{where}/pack.yaml: effective must come before covers_until")


def _same(file: str, found: set[str]) -> None:
    if missing := sorted(JURISDICTIONS - found):
        raise PolicyError(f"{file}: missing {', '.join(missing)}")
    if stray := sorted(found - JURISDICTIONS):
        raise PolicyError(f"{file}: unknown {', '.join(stray)}")
