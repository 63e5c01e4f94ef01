"""Whether somebody we trust vouches for the sender (RFC 8601). All can write such a header; one server's counts."""

import re

_COMMENT = re.compile(r"\([^()]*\)")
_VERDICT = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*pass\b", re.IGNORECASE)
_DOMAIN = re.compile(r"\b(?:header\.(?:d|i|from)|smtp\.mailfrom)\s*=\s*\"?(?:[^\s;@\"]*@)?([\w.-]+)", re.IGNORECASE)


def vouched(headers: tuple[tuple[str, str], ...], sender: str, trusted: str) -> bool:
    """By the topmost Authentication-Results of the server `trusted`; without such a server nobody vouches.

    A server puts its own above what came with the mail, so only the topmost can be its word (RFC 8601, 5).
    """
    domain = sender.rpartition("@")[2].lower()
    server = trusted.strip().lower()
    if not server or not domain:
        return False
    for name, value in headers:
        said = _COMMENT.sub(" ", value)
        issuer, _, results = said.partition(";")
        words = issuer.split()
        if name == "authentication-results" and words and words[0].lower() == server:
            return any(_passes(result, domain) for result in results.split(";"))
    return False


def _passes(result: str, domain: str) -> bool:
    """DMARC speaks of the From domain itself; DKIM and SPF only count when they passed for that domain."""
    verdict = _VERDICT.match(result)
    if verdict is None:
        return False
    named = [found.lower().rstrip(".") for found in _DOMAIN.findall(result)]
    if verdict[1].lower() == "dmarc" and not named:
        return True
    return any(_aligned(domain, other) for other in named)


def _aligned(domain: str, other: str) -> bool:
    return "." in other and (domain == other or domain.endswith("." + other) or other.endswith("." + domain))
