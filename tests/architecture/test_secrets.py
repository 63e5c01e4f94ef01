"""No secret is in the tree: every tracked file is read for what looks like a live key of anybody we talk to."""

import base64
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A key's own shape tells it; what is shorter is no key of theirs.
SHAPES = {
    "Twilio": r"\b(?:AC|SK)[0-9a-f]{32}\b",
    "SendGrid": r"\bSG\.[\w-]{20,}\.[\w-]{20,}",
    "Standard Webhooks secret": r"\bwhs[ek]c?_[A-Za-z0-9+/]{24,}=*",
    "HighLevel private integration": r"\bpit-[0-9a-f]{8}-[0-9a-f-]{20,}",
    "Slack token": r"\bxox[abeprs]-[\w-]{10,}",
    "Slack webhook": r"hooks\.slack\.com/(?:services|workflows)/[TB][A-Z0-9]{6,}/\w+/\w{12,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=\\n\s]{40,}",
    "AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "JWT": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "Rekindle API key": r"\brk_[A-Za-z0-9_-]{20,}",
    "Anthropic": r"\bsk-ant-[\w-]{20,}",
    "Meta": r"\bEAA[A-Za-z0-9]{30,}",
    "Follow Up Boss": r"\bfka_[A-Za-z0-9]{20,}",
    "GitHub": r"\b(?:gh[opsur]_[A-Za-z0-9]{30,}|github_pat_\w{30,})",
    "Cal.com": r"\bcal_(?:live|test)_[A-Za-z0-9]{20,}",
    "password in an address": r"\b(?:postgres(?:ql)?|rediss?|https?|imaps?|smtps?)://[^\s:/@{}<>'\"]+:[^\s/@{}<>'\"]{8,}@[\w.-]+",
}
# And what has no shape: a long random value under a name that says what it is.
NAMED = re.compile(
    r"(?i)(?:secret|token|password|passwd|api_?key|private_?key|credential)\w*[\"']?\]?\s*(?::\s*\w+\s*)?[:=]\s*"
    r"(?:b|f)?[\"']?([A-Za-z0-9+/_-]{32,}={0,2})"
)
RANDOM = 3.4  # bits a character; 32 random hex digits have 3.7, words and numbered examples less or in order

# Exactly these, each published by its owner for testing or in a standard: nobody's key.
PUBLISHED = {
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": "the example secret of the Standard Webhooks libraries' own tests",
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==": (
        "the example v1a key of the Standard Webhooks specification"
    ),
    "8f742231b10e8888abcd99yyyzzz85a5": "the signing secret of the example in Slack's own documentation",
}


def tracked() -> list[Path]:
    listed = subprocess.run(("git", "ls-files", "-z"), cwd=ROOT, check=True, capture_output=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def found(text: str) -> Iterator[tuple[str, str]]:
    """What it looks like, and the value."""
    for kind, shape in SHAPES.items():
        for match in re.finditer(shape, text):
            if not _is_made_up(match[0]):
                yield kind, match[0]
    for match in NAMED.finditer(text):
        if _bits(match[1]) >= RANDOM and not _is_made_up(match[1]) and not _is_words(match[1]):
            yield "named", match[1]


def _bits(value: str) -> float:
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


def _is_made_up(value: str) -> bool:
    """Whether most signs repeat or follow the one before them (aaaa, 0123): nobody's dice fall like that."""
    steps = [abs(ord(after) - ord(before)) <= 1 for before, after in pairwise(value)]
    return sum(steps) > len(steps) / 2


def _is_words(value: str) -> bool:
    """Names and sentences joined by hyphens or underscores, and paths; no digit stands among their letters."""
    return all(re.fullmatch(r"[A-Za-z]{0,16}|\d{0,4}", part) for part in re.split(r"[-_/]", value.rstrip("=")))


def in_the_tree() -> dict[str, set[str]]:
    by_value: dict[str, set[str]] = {}
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            text = path.read_bytes().decode("latin-1")
        for kind, value in found(text):
            by_value.setdefault(value, set()).add(f"{path.relative_to(ROOT)}: {kind}")
    return by_value


def test_no_tracked_file_holds_a_secret_and_no_exception_outlives_its_value() -> None:
    seen = in_the_tree()
    unknown = {place for value, places in seen.items() if value not in PUBLISHED for place in places}
    assert unknown == set()
    here = str(Path(__file__).relative_to(ROOT))
    used = {value for value, places in seen.items() if any(not place.startswith(here) for place in places)}
    assert PUBLISHED.keys() <= used


# Put together here, so that the scan above does not find them in this file.
HEX = "9f3c1e7ab2d84056c1f09e3a7d5b2846"
MIXED = "q8Zr1v0aPZ3mYb7tK2LhXw5eR9dJ4sNc"
PLANTED = (
    "AC" + HEX,
    "account = 'SK" + HEX + "'",
    "SG." + MIXED[:22] + "." + MIXED + "Ab1",
    "whsec_" + MIXED,
    "whsk_" + MIXED * 2,
    "pit-" + "9f3c1e7a-b2d8-4056-" + "c1f0-9e3a7d5b2846",
    "xoxb-" + "4029381756-" + MIXED,
    "https://hooks.slack.com" + "/services/T04KX9Q2B/B07R3M5WZ/" + MIXED[:24],
    "-----BEGIN " + "PRIVATE KEY-----\n" + base64.b64encode(MIXED.encode() * 2).decode(),
    "-----BEGIN " + "RSA PRIVATE KEY-----\\n" + base64.b64encode(MIXED.encode() * 2).decode(),
    "AKIA" + "Q3ZL7XW0PM9TD2KB",
    "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NSJ9." + MIXED,
    "rk_" + MIXED,
    "sk-ant-" + "api03-" + MIXED,
    "EAA" + MIXED + "Zx9",
    "fka_" + MIXED,
    "ghp_" + MIXED + "A1b2",
    "cal_live_" + MIXED,
    "postgresql://rekindle:" + MIXED[:12] + "@db.example/rekindle",
    'SECRET_KEY = "' + MIXED + '"',
    "client_secret: " + HEX,
    '{"auth_token": "' + HEX + '"}',
    "REKINDLE_SECRET_KEY=" + base64.b64encode(MIXED.encode()).decode(),
    "password: str = '" + MIXED + "'",
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted[:14])
def test_a_planted_secret_is_found(planted: str) -> None:
    for around in (planted, f"# note\nx = 1\n{planted}\n", f"export {planted} # live"):
        assert list(found(around)), planted


@pytest.mark.parametrize(
    "harmless",
    [
        "AC" + "b" * 32,
        "system_key = '0123456789abcdef0123456789abcdef'",
        "secret = 'not-a-real-workflow-secret-of-the-tests'",
        "token = request.headers.get('x-callback-token-of-the-installation')",
        'password_hash = "a_value_that_is_only_words_and_nothing_else"',
    ],
)
def test_what_nobody_could_use_is_left_alone(harmless: str) -> None:
    assert not list(found(harmless))
