"""Connecting a Facebook page, whose lead forms then come in by themselves."""

from rekindle.decide.words import Channel
from rekindle.providers import plain
from rekindle.providers.meta.graph import Graph
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, Field

MENDS = {
    Fault.ACCOUNT: "Meta does not accept this token: make a new page access token with leads_retrieval and enter it.",
    Fault.BUSY: "Meta asks us to wait; try the check again in a few minutes.",
    Fault.AWAY: "Meta cannot be reached right now; try the check again in a few minutes.",
    Fault.MESSAGE: "Meta knows no such page for this token: compare the page id with the one on the page's About tab.",
}


class MetaPlug:
    """One page an office: the id tells whose lead a webhook names."""

    provider = "meta"
    title = "Meta Lead Ads (Facebook and Instagram)"
    fields = (
        Field("page_id", "Page id", "The digits at the bottom of the page's About tab, under Page transparency."),
        Field(
            "page_token",
            "Page access token",
            "A token of this page that does not expire, with leads_retrieval, pages_show_list, pages_read_engagement "
            "and pages_manage_metadata.",
            secret=True,
        ),
        Field(
            "sms_consent_question",
            "Question that allows text messages",
            "The key of the question or tick box in your forms whose answer yes means: you may text me. Without it "
            "nobody from these forms is texted for marketing.",
            required=False,
        ),
    )
    channels: frozenset[Channel] = frozenset()
    account_field = "page_id"

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Whether the token opens the page, and whether the page sends its leads to our app."""
        page = plain.digits(account.get("page_id"))
        if not page:
            return Checked(ok=False, text="The page id must be digits only.")
        try:
            answer = await self._graph.get(page, "id,name", account, deadline=deadline / 2)
        except CallFailedError as error:
            return Checked(ok=False, text=MENDS[error.fault])
        name = plain.line(answer.fields().get("name")) or page
        try:
            subscribed = await self._graph.get(f"{page}/subscribed_apps", "", account, deadline=deadline / 2)
        except CallFailedError:
            return Checked(
                ok=False,
                text=f"The token opens the page {name}, but may not show whether its leads are sent to us: "
                "add the permission pages_manage_metadata to the token.",
                found=(("page", name),),
            )
        apps = _leads_go_to(subscribed.fields().get("data"))
        if not apps:
            return Checked(
                ok=False,
                text=f"The token opens the page {name}, but the page does not send its leads to us yet: "
                "subscribe the app to leadgen for this page.",
                found=(("page", name),),
            )
        # The list does not say which app is ours, so a person reads it.
        return Checked(ok=True, text=f"The page {name} sends its leads to: {', '.join(apps)}.", found=(("page", name),))


def _leads_go_to(apps: object) -> list[str]:
    return [
        plain.line(app.get("name")) or "an app without a name"
        for app in plain.objects(apps)
        if isinstance(fields := app.get("subscribed_fields"), list) and "leadgen" in fields
    ]
