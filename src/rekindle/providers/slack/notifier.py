"""Notices to staff in a Slack channel, by incoming webhook. Plain httpx: the SDK adds nothing to one POST."""

import httpx

from rekindle.kit.clock import Clock
from rekindle.providers.calls import Answer, AwayError, ask
from rekindle.providers.ports import Account, CallFailedError, Fault, Limit, StaffNotice
from rekindle.providers.slack import address
from rekindle.providers.slack.settings import SlackSettings

TITLE_LENGTH = 150
TEXT_LENGTH = 2500
BUSY = 429
MALFORMED = 400
CLOSED = frozenset({401, 403, 404, 410})
AWAY = range(500, 600)


class SlackNotifier:
    """One message a notice; Slack has no key against doubles, and a double is accepted for staff."""

    provider = "slack"

    def __init__(self, http: httpx.AsyncClient, settings: SlackSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the same for all
        """Slack takes one message a second in a channel."""
        return (Limit("slack", 1, 1),)

    async def tell(self, notice: StaffNotice, account: Account, *, deadline: float) -> None:
        """Raises CallFailedError, nothing else."""
        try:
            url = address.of(account, self._settings)
            answer = await ask(self._http, "POST", url, deadline=deadline, json=message(notice))
        except address.AddressError as error:
            raise CallFailedError("url", str(error), fault=Fault.ACCOUNT) from error
        except AwayError as error:
            raise CallFailedError("away", f"Slack cannot be reached ({error})", fault=Fault.AWAY) from error
        self._read(answer)

    def _read(self, answer: Answer) -> None:
        """Slack's own words are short names like no_service; anything else is not repeated."""
        said = answer.body[:60].decode("utf-8", "replace").strip()
        why = said if said.replace("_", "").isalnum() and said.isascii() else str(answer.status)
        if answer.good and said == "ok":
            return
        if answer.status == BUSY:
            wait = answer.retry_after(self._clock.now()) or 1.0
            raise CallFailedError("429", "Slack asks to be slower", fault=Fault.BUSY, retry_after=wait)
        if answer.status in CLOSED:
            text = f"Slack does not take messages under this webhook URL any more ({why})"
            raise CallFailedError(str(answer.status), text, fault=Fault.ACCOUNT)
        if answer.status == MALFORMED:
            raise CallFailedError("400", f"Slack refused this message ({why})", fault=Fault.MESSAGE)
        raise CallFailedError(str(answer.status), f"Slack answered {why}", fault=Fault.AWAY)


def message(notice: StaffNotice) -> dict[str, object]:
    """The body of the POST. Links and names are not guessed out of the text: a lead's words stay words."""
    title, text = escaped(notice.title[:TITLE_LENGTH]), escaped(notice.text[:TEXT_LENGTH])
    said = f"*{title}* ({escaped(notice.office[:TITLE_LENGTH])})\n{text}\n{escaped(notice.url)}"
    return {"text": said, "mrkdwn": True, "unfurl_links": False, "unfurl_media": False}


def escaped(text: str) -> str:
    """Slack's three control characters written as text, so that nobody can call @channel; the rest cannot harm."""
    whole = text.encode("utf-8", "replace").decode()
    return whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\x00", "")
