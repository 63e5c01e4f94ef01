"""A contact that an event only named."""

from rekindle.providers.ghl.client import BURST, DAY, GhlClient
from rekindle.providers.ghl.crm_lists import contact_event
from rekindle.providers.ghl.people import by_id
from rekindle.providers.ports import Account, Fetched, GoneError, Limit


class GhlContactFetcher:
    """Implements ports.Fetcher; `ref` is the contact's id."""

    provider = "ghl"
    source = "ghl-contact"

    def __init__(self, client: GhlClient) -> None:
        self._client = client

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 every sub-account has the same
        """HighLevel's own limits."""
        return (BURST, DAY)

    async def fetch(self, ref: str, account: Account, *, deadline: float) -> tuple[Fetched, ...]:
        """The contact as it stands now; raises GoneError or CallFailedError, nothing else."""
        contact = await by_id(self._client.line(account, deadline), ref)
        if contact is None:
            raise GoneError("the contact is not, or no longer, in GoHighLevel")
        return (contact_event(dict(contact)),)
