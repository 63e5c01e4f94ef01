"""Where the next page begins, as one opaque word in the address."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from rekindle.reports.decisions.store import After as AfterDecision
from rekindle.reports.leads.types import After as AfterLead


def of_lead(created_at: datetime, score: int | None, lead_id: UUID) -> str:
    """The word for "behind this lead"."""
    return _wrap(f"{created_at.isoformat()}|{'' if score is None else score}|{lead_id}")


def lead(word: str) -> AfterLead | None:
    """Back again; None for the first page and for anything that is no word of ours."""
    try:
        created_at, score, lead_id = _open(word).split("|")
        return AfterLead(datetime.fromisoformat(created_at), int(score) if score else None, UUID(lead_id))
    except ValueError:
        return None


def of_decision(at: datetime, decision_id: UUID) -> str:
    """The word for "behind this decision"."""
    return _wrap(f"{at.isoformat()}|{decision_id}")


def decision(word: str) -> AfterDecision | None:
    """Back again; None for the first page and for anything that is no word of ours."""
    try:
        at, decision_id = _open(word).split("|")
        return AfterDecision(datetime.fromisoformat(at), UUID(decision_id))
    except ValueError:
        return None


def _wrap(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _open(word: str) -> str:
    try:
        return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(word) from error
