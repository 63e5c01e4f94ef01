"""Where a request comes from. A forwarding header counts only when it was written by a proxy of ours."""

import ipaddress
from collections.abc import Iterable

from starlette.types import Scope

from rekindle.web.body import header

UNKNOWN = "unknown"
FORWARDING = (b"x-forwarded-for", b"forwarded", b"x-real-ip")


def address(scope: Scope, trusted: Iterable[str]) -> str:
    """The sender's address: the peer's, or what the nearest trusted proxies say, read from the right."""
    peer = (scope.get("client") or (UNKNOWN, 0))[0]
    proxies = [ipaddress.ip_network(entry.strip(), strict=False) for entry in trusted]
    # Every line of it: a proxy may add one of its own below the sender's.
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    hops = [hop.strip() for hop in ",".join(lines).split(",") if hop.strip()]
    while hops and _within(peer, proxies):
        peer = hops.pop()
    return str(peer)


def at_home(scope: Scope) -> bool:
    """Whether the request comes from this very machine and from no proxy on it."""
    peer = (scope.get("client") or (UNKNOWN, 0))[0]
    if any(header(scope, name) for name in FORWARDING):
        return False
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False


def _within(peer: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        known = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(known in network for network in networks)
