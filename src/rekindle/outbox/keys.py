"""Idempotency keys, all of them: made from stable ids only, so that one intent is one message however often decided."""

from uuid import UUID

from rekindle.decide.words import Channel

STOP_PREFIX = "stop:"


def of_step(enrollment_id: UUID, step: str, channel: Channel) -> str:
    """One step of one walk, once per channel."""
    return f"{enrollment_id}:{step}:{channel.value}"


def of_person(client_id: UUID) -> str:
    """One click of one person; the page makes the id, so that a doubled click is one message."""
    return f"person:{client_id}"


def of_stop(inbound_id: UUID) -> str:
    """The one confirmation of one request to stop."""
    return f"{STOP_PREFIX}{inbound_id}"
