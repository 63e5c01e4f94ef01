"""A believable afternoon in one office. Fictional people, 555-01xx numbers and example domains only."""

import random
from datetime import timedelta
from uuid import UUID

from psycopg.types.json import Jsonb

from rekindle.kit.ids import new_id
from rekindle.timeline.types import Kind
from tests.browser.rows import Rows

FIRST = "Maria James Aisha Tom Lena Victor Grace Omar Nina Paul Ruth Diego Hana Frank Olivia Sam Ines Carl Yuki Beth"
LAST = "Ortega Whitfield Khan Becker Novak Reyes Lindgren Haddad Petrov Osei Costa Nguyen Doyle Marsh Sato Quinn"
STAGES = ("new", "attempting", "contacted", "qualified", "nurture", "appointment", "lost", "do_not_contact")
MARKUP = "<b>Rob</b> <script>alert(1)</script>"
HELLO = "Hi, thanks for asking about the house. Shall I send you three like it?"
QUIET = "Outside contact hours where the lead may be: 20:41 in America/New_York (area code 813)."


def fill(rows: Rows, people: dict[str, UUID]) -> None:
    """Four stories in full, forty leads around them, and something for the strip of problems."""
    maria(rows, people["dana"])
    lena(rows)
    victor(rows, people["ruth"])
    rob(rows, people["dana"])
    for number in range(40):
        one_of_many(rows, number, (None, *people.values()))
    text = "A lead wants a person and nobody was available for 4 minutes"
    about = {"person_id": people["ruth"], "lead_id": rows.leads["Lena Becker"], "kind": "uncovered", "text": text}
    rows.insert("notice", id=new_id(), key="n:1", count=2, first_at=rows.ago(9), last_at=rows.ago(3), **about)
    dead_letter(rows)
    dead_errand(rows)


def maria(rows: Rows, dana: UUID) -> None:
    """Hot, and wants a call."""
    lead = rows.lead("Maria Ortega", minutes=42, owner_id=dana, first_response_seconds=3.8)
    rows.score(lead, 78, minutes=42)
    rows.consent(lead, "sms", minutes=42)
    rows.consent(lead, "email", minutes=42, basis="inquiry")
    rows.told(lead, Kind.ENROLLED, {"sequence": "new-buyer"}, 41.9)
    allowed = "Contact hours everywhere the lead may be (area code 312)."
    rows.decision(lead, "send", "allow", allowed, minutes=41.9, code="IN_HOURS")
    hello = "Hi Maria, this is Lakeside Realty. Yes, the house on Elm Street is still available."
    rows.message(lead, f"{hello} Would you like to see it this week? Reply STOP to opt out.", minutes=41.8)
    rows.told(lead, Kind.RECEIPT, {"channel": "sms", "state": "delivered"}, 41.7, "provider:sandbox")
    wish = "Yes! Could somebody call me after 5? I would like to make an offer soon."
    rows.message(lead, wish, minutes=6, inbound=True)
    rows.told(lead, Kind.EXITED, {"sequence": "new-buyer", "reason": "reply"}, 6)
    rows.handoff(lead, "interested_now", "Wants a call after 5 and speaks of an offer.", dana, minutes=5.9)
    rows.told(lead, Kind.OFFERED, {"person_id": str(dana), "reasons": ["Owns this lead and is on until 18:00"]}, 5.8)


def lena(rows: Rows) -> None:
    """Wants a person, and nobody was on."""
    lead = rows.lead("Lena Becker", minutes=95, kind="seller", enquiry="What is my home worth?")
    rows.score(lead, 64, minutes=95)
    rows.consent(lead, "sms", minutes=95)
    rows.message(lead, "Hi Lena, happy to help. Is it the house on Maple Avenue?", minutes=94.9)
    rows.message(lead, "I want to talk to a real person please", minutes=12, inbound=True)
    rows.handoff(lead, "wants_person", "Asks for a real person about a valuation.", None, minutes=11.9)


def victor(rows: Rows, ruth: UUID) -> None:
    """In good hands."""
    lead = rows.lead("Victor Reyes", minutes=180, conversation="person", owner_id=ruth, stage="qualified")
    rows.score(lead, 71, minutes=180)
    rows.message(lead, "We could come by on Thursday", minutes=60, inbound=True)
    taken = {"acknowledged_at": rows.ago(57), "acknowledged_by": ruth}
    rows.handoff(lead, "appointment_request", "Proposes Thursday.", ruth, minutes=59, **taken)
    line = {"person_id": str(ruth), "exited": 1, "canceled": 1}
    rows.told(lead, Kind.TAKEN_OVER, line, 57, f"person:{ruth}")


def rob(rows: Rows, dana: UUID) -> None:
    """Markup wherever a lead can put it, and every kind of line a story can hold."""
    lead = rows.lead(MARKUP, minutes=200, enquiry=MARKUP, attributes={"note": MARKUP})
    rows.consent(lead, "sms", minutes=200, granted=False, basis="reply")
    line = {"channel": "sms", "reason": "reply", "person_id": str(dana), "to": str(dana), "text": MARKUP}
    for number, kind in enumerate(Kind):
        rows.told(lead, kind, dict(line), 199 - number)


def one_of_many(rows: Rows, number: int, owners: tuple[UUID | None, ...]) -> None:
    """A lead of the crowd: some answered, some held, some silent."""
    first, last = FIRST.split(), LAST.split()
    name = f"{first[number % len(first)]} {last[(number * 7 + 3) % len(last)]}"
    minutes = 30 + number * 37
    lead = rows.lead(
        name,
        minutes=minutes,
        stage=STAGES[number % len(STAGES)],
        source=("form", "portal", "import")[number % 3],
        kind=("buyer", "seller", "renter")[number % 3],
        owner_id=owners[number % len(owners)],
        first_response_seconds=random.Random(number).lognormvariate(1.4, 1.0),  # noqa: S311 no secret
    )
    if number % 3:
        rows.score(lead, (number * 13) % 97, minutes=minutes)
    if number < 26:
        rows.message(lead, HELLO, minutes=minutes - 1)
    if number < 9:
        rows.message(lead, "Yes please", minutes=minutes - 9, inbound=True)
    elif number < 17:
        opens = rows.at + timedelta(hours=5 + number)
        rows.decision(lead, "wait", "hold", QUIET, minutes=number, until=opens)
        rows.conn.execute("update lead set next_touch_at = %s where id = %s", (opens, lead))


def dead_letter(rows: Rows) -> None:
    """An event nobody could read."""
    event, at = new_id(), rows.ago(25)
    body = b'{"name": "Ana Example", "email": "not an address", "phone": "12"}'
    named = {"source": "form", "external_id": "evt-77", "received_at": at}
    rows.insert("event", id=event, content_type="application/json", body=body, **named)
    rows.insert("event_key", event_id=event, **named)
    reason = "Neither the e-mail address nor the phone number can be used."
    rows.insert("inbox_job", event_id=event, lane=0, due_at=at, attempts=1, state="dead", reason=reason, **named)


def dead_errand(rows: Rows) -> None:
    """A call that a provider refused for good."""
    at, payload = rows.ago(70), Jsonb({"source": "meta-lead", "ref": "lead-77"})
    reason = "401: the access token is not valid any more, connect the page again."
    rows.insert(
        "errand", id=new_id(), kind="fetch", key="meta-lead:lead-77", payload=payload, created_at=at, due_at=at,
        attempts=8, state="dead", reason=reason,
    )  # fmt: skip
