"""What a person enters so that staff hear in Slack."""

import httpx

from rekindle.decide.words import Channel
from rekindle.providers.calls import AwayError, ask
from rekindle.providers.ports import Account, Checked, Field
from rekindle.providers.slack import address
from rekindle.providers.slack.settings import SlackSettings


class SlackPlug:
    """An incoming webhook of a Slack channel."""

    provider = "slack"
    title = "Slack"
    fields = (
        Field("url", "Webhook URL", "Begins with https://hooks.slack.com/services/ and is a secret.", secret=True),
    )
    channels: frozenset[Channel] = frozenset()
    account_field = ""

    def __init__(self, http: httpx.AsyncClient, settings: SlackSettings) -> None:
        self._http = http
        self._settings = settings

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Whether the URL has the right form and Slack answers; more shows only a message, and a check posts none."""
        try:
            url = address.of(account, self._settings)
            # The host's front page: asking the webhook itself anything might be taken for a message.
            await ask(self._http, "HEAD", str(httpx.URL(url).copy_with(raw_path=b"/")), deadline=deadline)
        except address.AddressError as error:
            return Checked(ok=False, text=f"This cannot work: {error}.")
        except AwayError:
            return Checked(ok=False, text="The webhook URL has the right form, but Slack cannot be reached from here.")
        text = (
            "The webhook URL has the right form and Slack answers. Whether the channel still takes messages, only a"
            " message can show: the first notice will."
        )
        return Checked(ok=True, text=text)
