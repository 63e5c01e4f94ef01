"""The source `ghl-workflow`: a workflow's webhook action, which nobody signs, behind a secret header the office enters.

It is a source of its own so that a secret never opens the door of the signed webhooks, nor a signature this one.
"""

from datetime import timedelta

from rekindle.decide.words import Lane
from rekindle.providers import plain
from rekindle.providers.ghl import reading_workflow, verify
from rekindle.providers.ports import (
    Account,
    Event,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

HEADER = "x-rekindle-secret"
# An action has no id of its own, and repeats the same bytes when it is tried again; the same person may also ask again
# with the same bytes on another day. Days turn in the depth of the American night, when no retry is likely to cross.
DAY_TURNS = timedelta(hours=10)


class GhlWorkflowInbound(Inbound):
    """Believed for a header that only the office's own workflows know."""

    source = "ghl-workflow"
    provider = "ghl"
    lane = Lane.FIRST_TOUCH

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by its content and the day; raises RefusedSignatureError.

        A workflow copied into another location by a snapshot takes its secret along: a location that is named must be
        the account's.
        """
        secret = account.get("workflow_secret")
        if not secret or not plain.same(request.headers.get(HEADER, ""), secret):
            raise RefusedSignatureError(f"the header {HEADER} does not hold the office's secret")
        try:
            raw = reading_workflow.decoded(request.body)
        except UnparsableError:
            raw = {}
        own = account.get("location_id")
        if own and any(one != own for one in verify.locations(raw)):
            raise RefusedSignatureError("a workflow of another location")
        given = reading_workflow.flat(raw)
        party = given.line("contactid", "phone", "email") or given.line("id")
        return Verified(_name(request, once_a_day=reading_workflow.enquires(given)), party)

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """An enquiry, an answer, an appointment or a stage; raises UnparsableError."""
        return reading_workflow.words(reading_workflow.flat(reading_workflow.decoded(event.body)), event, account)


def _name(request: Request, *, once_a_day: bool) -> str:
    """Enquiries once a day; all else once a minute: a second STOP of one day must never count as the first."""
    at = request.at - DAY_TURNS
    return plain.named(plain.hashed(request.body), f"{at:%Y-%m-%d}" if once_a_day else f"{at:%Y-%m-%dT%H:%M}")
