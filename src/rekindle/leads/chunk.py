"""One call of upsert: what has been settled so far."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id
from rekindle.leads.stated import Stated
from rekindle.leads.types import Upserted
from rekindle.timeline.types import Entry, Kind


@dataclass
class Chunk:
    """The transaction; what came with which event; rows locked; outcomes by enquiry; lines to be told at the end."""

    conn: Conn
    office_id: UUID
    at: datetime
    actor: str
    events: dict[tuple[str, str], UUID | None] = field(default_factory=dict)
    leads: dict[UUID, Row] = field(default_factory=dict)
    outcome: dict[tuple[str, str], Upserted] = field(default_factory=dict)
    lines: list[Entry] = field(default_factory=list)

    def tell(self, lead_id: UUID, kind: Kind, data: dict[str, Any]) -> None:
        """Keep a timeline line for the end of the chunk."""
        self.lines.append(Entry(new_id(), self.at, lead_id, kind, self.actor, data))

    def tell_enquiry(self, lead_id: UUID, stated: Stated) -> None:
        """The line of somebody asking; a row of a list without a message asks nothing."""
        if stated.asks:
            data = {"source": stated.source, "message": stated.message, "page": stated.page}
            self.tell(lead_id, Kind.ENQUIRED, {k: v for k, v in data.items() if v})
