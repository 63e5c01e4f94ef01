"""HighLevel as the office's CRM: leads pushed to it, and its own lists read back."""

from datetime import datetime

from rekindle.providers.ghl import calendar, crm_canary, crm_contact, crm_deal, crm_lists, crm_marks
from rekindle.providers.ghl.client import BURST, DAY, GhlClient
from rekindle.providers.ports import Account, Card, CrmPage, Limit, Pushed, Slot

# One push makes up to ten requests: find, write, tags off and on, notes, the opportunity. Ten pushes stay within 100.
PUSHES = Limit("ghl-crm", 10, 10)


class GhlCrm:
    """Implements ports.Crm. Every call is one deadline over all its requests, and safe to repeat."""

    provider = "ghl"

    def __init__(self, client: GhlClient) -> None:
        self._client = client

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 every sub-account has the same
        """What one office may ask, counted in pushes and pages; the shared limits are HighLevel's own."""
        return (PUSHES, BURST, DAY)

    async def push(self, card: Card, account: Account, *, opportunity_id: str, deadline: float) -> Pushed:
        """Make the contact agree with the card; raises CallFailedError.

        Blank fields are filled, ours (custom fields, tags, do-not-disturb) kept in step; what a person typed stays.
        """
        line = self._client.line(account, deadline)
        contact = await crm_contact.write(line, card)
        tags = await crm_marks.tag(line, contact, card)
        await crm_marks.note(line, contact["id"], card.notes)
        deal = await crm_deal.move(line, contact["id"], card, opportunity_id)
        return Pushed(contact["id"], tags, deal)

    async def contacts(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:
        """A hundred contacts added or changed since then, oldest change first; raises CallFailedError."""
        return await crm_lists.contacts(self._client.line(account, deadline), since, cursor)

    async def messages(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:
        """Some messages since then, oldest first: texts, then e-mails; raises CallFailedError."""
        return await crm_lists.messages(self._client.line(account, deadline), since, cursor)

    async def chirp(self, account: Account, stamp: str, *, deadline: float) -> None:
        """Change the contact that is nobody; raises CallFailedError."""
        await crm_canary.chirp(self._client.line(account, deadline), stamp)

    async def slots(self, account: Account, *, first: datetime, last: datetime, deadline: float) -> tuple[Slot, ...]:
        """Free times of the account's calendar between two moments; raises CallFailedError."""
        return await calendar.slots(self._client.line(account, deadline), first, last)

    async def book(self, account: Account, contact_id: str, slot: Slot, *, title: str, deadline: float) -> str:
        """Book a free time; the appointment's id. A time just taken raises CallFailedError with fault MESSAGE."""
        return await calendar.book(self._client.line(account, deadline), contact_id, slot, title)
