"""A sequence as data: a versioned plan of touches, read from YAML, never changed once published."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import yaml

from rekindle.decide.plain import from_plain, to_plain
from rekindle.decide.words import Channel, Lane, MessageClass

# What always ends a walk. The list stands in every file so that a reader sees it; leaving one out is refused.
EXITS = ("reply", "opt_out", "booking", "hand_off", "takeover")

LANES = {"first_touch": Lane.FIRST_TOUCH, "step": Lane.STEP, "bulk": Lane.BULK}
CLASSES = (MessageClass.MARKETING, MessageClass.INQUIRY_RESPONSE, MessageClass.TRANSACTIONAL)
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
WAIT = re.compile(r"(-?)(\d{1,5})([mhd])")

DEFAULT_EXPIRY = timedelta(days=3)


@dataclass(frozen=True)
class Option:
    """One channel a step may take, and the template it would use."""

    channel: Channel
    template: str


@dataclass(frozen=True)
class Step:
    """One touch. `other_than` names an earlier step whose channel this one must not repeat."""

    id: str
    after: timedelta
    options: tuple[Option, ...]  # preferred first
    message_class: MessageClass
    lane: Lane
    expires_after: timedelta
    other_than: str | None


@dataclass(frozen=True)
class Definition:
    """A whole plan. `after` of a step counts from entering; see `next_due` for what a late step does."""

    name: str
    title: str
    steps: tuple[Step, ...]


def wait(text: str) -> timedelta | None:
    """The length `5m`, `12h` or `3d` stands for, negative when it begins with a minus; None when it is none."""
    match = WAIT.fullmatch(text)
    if match is None:
        return None
    length = int(match[2]) * UNITS[match[3]]
    return -length if match[1] else length


def build(plain: dict[str, Any]) -> Definition:
    """The definition a linted file holds (sequences/lint.py names what is wrong with any other)."""
    return Definition(plain["name"], plain.get("title", plain["name"]), tuple(_step(s) for s in plain["steps"]))


def read(text: str) -> Definition:
    """`build` from YAML text that lint has no complaint about."""
    return build(yaml.safe_load(text))


def stored(plain: Any) -> Definition:
    """The definition a version row holds."""
    return from_plain(Definition, plain)


def checksum(definition: Definition) -> bytes:
    """SHA-256 of the canonical form: the same plan gives the same sum, whatever its layout and comments."""
    return hashlib.sha256(json.dumps(to_plain(definition), sort_keys=True).encode()).digest()


def next_due(definition: Definition, index: int, *, entered_at: datetime, left_at: datetime) -> datetime | None:
    """When the step after `index` is due if that one left (or was dropped) at `left_at`; None after the last.

    Steps keep their distance: a step that left late pushes all later ones, so nobody gets two days' texts in one.
    """
    if index + 1 >= len(definition.steps):
        return None
    this, following = definition.steps[index], definition.steps[index + 1]
    return max(entered_at + following.after, left_at + following.after - this.after)


def _step(plain: dict[str, Any]) -> Step:
    options = tuple(Option(Channel(channel), template) for channel, template in plain["channels"].items())
    return Step(
        id=plain["id"],
        after=wait(plain["after"]) or timedelta(0),
        options=options,
        message_class=MessageClass(plain.get("class", MessageClass.MARKETING)),
        lane=LANES[plain.get("lane", "step")],
        expires_after=wait(plain["expires_after"]) or DEFAULT_EXPIRY if "expires_after" in plain else DEFAULT_EXPIRY,
        other_than=plain.get("other_than"),
    )
