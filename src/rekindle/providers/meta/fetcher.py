"""Fetches the lead that a webhook named."""

from rekindle.providers import plain
from rekindle.providers.meta.graph import Graph
from rekindle.providers.meta.inbound import LEAD_SOURCE
from rekindle.providers.ports import Account, CallFailedError, Fault, Fetched, GoneError, Limit

FIELDS = "id,created_time,ad_id,form_id,is_organic,platform,field_data,custom_disclaimer_responses"
# 200 x 24 x the leads of the last 90 days in 24 hours, a page (lead ads, retrieving): with one lead it is this many.
A_DAY = 200 * 24


class MetaLeads:
    """GET /{leadgen_id}; reading twice does no harm."""

    provider = "meta"
    source = LEAD_SOURCE

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the same for every page
        """The least that Meta allows a page that has leads at all."""
        return (Limit("meta-leads", A_DAY, 86400),)

    async def fetch(self, ref: str, account: Account, *, deadline: float) -> tuple[Fetched, ...]:
        """The lead of this id; raises GoneError when it is no id, and CallFailedError."""
        if not plain.digits(ref):
            raise GoneError("not the id of a lead")
        answer = await self._graph.get(ref, FIELDS, account, deadline=deadline)
        if plain.digits(answer.fields().get("id")) != ref:
            raise CallFailedError("answer", "Meta answered with another lead", fault=Fault.AWAY)
        return (Fetched(plain.named("lead", ref), "application/json", answer.body),)
