"""Notices in Slack: what is posted, what each answer means, and where a webhook URL may never point."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from rekindle.kit.clock import HandClock
from rekindle.kit.settings import SettingsError
from rekindle.providers import calls
from rekindle.providers.ports import Account, CallFailedError, Fault, StaffNotice
from rekindle.providers.slack import address, settings
from rekindle.providers.slack.notifier import SlackNotifier, escaped, message
from rekindle.providers.slack.plug import SlackPlug
from rekindle.providers.slack.settings import SlackSettings
from tests.conftest import NOON
from tests.providers import faults
from tests.providers.contract import account
from tests.providers.faults import Wire
from tests.providers.framing import Asked

DOCS = Path(__file__).parents[2] / "docs" / "providers"
PATH = "/services/T000/B000/made-up-for-tests"
NOTICE = StaffNotice(
    office="Lakeside <Team>",
    title="A hot lead waits",
    text="They wrote: <!channel> & <https://evil.example|click>",
    url="https://rekindle.example/leads/1",
    emails=("bob@lakeside.example",),
    key="claim:1",
)


@dataclass(frozen=True)
class Slack:
    wire: Wire
    http: httpx.AsyncClient
    settings: SlackSettings
    account: Account

    async def tell(self) -> None:
        await SlackNotifier(self.http, self.settings, HandClock(NOON)).tell(NOTICE, self.account, deadline=1)

    async def failed(self) -> CallFailedError:
        with pytest.raises(CallFailedError) as raised:
            await self.tell()
        assert PATH not in str(raised.value)
        return raised.value


def ok(_: Asked) -> faults.Replied:
    return faults.Replied(200, b"ok", {"content-type": "text/html"})


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with faults.serving(ok) as wire, calls.client() as http:
        hosts = settings.read({"REKINDLE_SLACK_HOSTS": wire.url.removeprefix("http://")})
        yield Slack(wire, http, hosts, account("slack", url=wire.url + PATH))


async def test_a_notice_is_posted_once_with_every_control_sign_as_text(slack: Slack) -> None:
    await slack.tell()
    [asked] = slack.wire.requests
    assert (asked.method, asked.path) == ("POST", PATH)
    assert orjson.loads(asked.body) == {
        "text": "*A hot lead waits* (Lakeside &lt;Team&gt;)\n"
        "They wrote: &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;\nhttps://rekindle.example/leads/1",
        "mrkdwn": True,
        "unfurl_links": False,
        "unfurl_media": False,
    }


@pytest.mark.parametrize(
    ("fault", "code", "whose"),
    [
        (faults.Status(400, {}, b"invalid_payload"), "400", Fault.MESSAGE),
        (faults.Status(403, {}, b"action_prohibited"), "403", Fault.ACCOUNT),
        (faults.Status(404, {}, b"no_service"), "404", Fault.ACCOUNT),
        (faults.Status(410, {}, b"channel_is_archived"), "410", Fault.ACCOUNT),
        (faults.Status(500, {}, b"<html>down</html>"), "500", Fault.AWAY),
        (faults.Status(302, {"location": "http://127.0.0.1:1/"}, b""), "302", Fault.AWAY),
        (faults.Status(200, {}, b"captive portal"), "200", Fault.AWAY),
        (faults.HangBefore(), "away", Fault.AWAY),
        (faults.HangAfter(), "away", Fault.AWAY),
        (faults.ResetBefore(), "away", Fault.AWAY),
        (faults.ResetAfter(), "away", Fault.AWAY),
        (faults.Malformed(), "away", Fault.AWAY),
        (faults.Huge(), "away", Fault.AWAY),
        (faults.Drip(1.0), "away", Fault.AWAY),
    ],
    ids=repr,
)
async def test_a_failure_says_whose_fault_it_is_and_asks_once(
    slack: Slack, fault: faults.Fault, code: str, whose: Fault
) -> None:
    slack.wire.then(fault)
    error = await slack.failed()
    assert (error.code, error.fault) == (code, whose)
    assert len(slack.wire.requests) == 1


@pytest.mark.parametrize(("headers", "wait"), [({"retry-after": "30"}, 30.0), ({}, 1.0), ({"retry-after": "x"}, 1.0)])
async def test_too_fast_means_to_wait_as_slack_asks(slack: Slack, headers: dict[str, str], wait: float) -> None:
    slack.wire.then(faults.Status(429, headers, b"rate_limited"))
    error = await slack.failed()
    assert (error.fault, error.retry_after) == (Fault.BUSY, wait)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.slack.com/services/x",
        "https://hooks.slack.com",
        "https://hooks.slack.com/",
        "https://hooks.slack.com.evil.example/services/x",
        "https://evil.example/services/x",
        "https://evil.example@hooks.slack.com/services/x",
        "https://hooks.slack.com@127.0.0.1/services/x",
        "https://hooks.slack.com:8443/services/x",
        "https://hooks.slack.com:99999/services/x",
        "http://127.0.0.1/services/x",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1/x/services",
        "https://hooks.slack.com\\@evil.example/services",
        "https://hooks.slack.com/services/\r\nx",
        "file:///etc/passwd",
        "https://hooks.slack.com/services/\ud800",
    ],
)
async def test_a_url_that_is_not_slacks_is_never_asked(url: str) -> None:
    async with calls.client() as http:
        notifier = SlackNotifier(http, settings.read({}), HandClock(NOON))
        with pytest.raises(CallFailedError) as raised:
            await notifier.tell(NOTICE, account("slack", url=url), deadline=1)
        assert (raised.value.code, raised.value.fault) == ("url", Fault.ACCOUNT)
        checked = await SlackPlug(http, settings.read({})).check(account("slack", url=url), deadline=1)
        assert not checked.ok


def test_a_genuine_url_is_taken_as_it_is() -> None:
    url = "https://hooks.slack.com" + PATH
    assert address.of(account("slack", url=url), settings.read({})) == url


@examples(deadline=None)
@given(st.text(max_size=80))
def test_no_text_can_call_a_channel(said: str) -> None:
    posted = orjson.loads(orjson.dumps(message(replace(NOTICE, title=said, text=said, office=said))))
    assert not {"<", ">", "\x00"} & set(posted["text"])
    assert not {"<", ">"} & set(escaped(said))


async def test_a_check_posts_nothing_and_says_what_it_cannot_see(slack: Slack) -> None:
    checked = await SlackPlug(slack.http, slack.settings).check(slack.account, deadline=1)
    assert checked.ok
    assert "the first notice will" in checked.text
    [asked] = slack.wire.requests
    assert (asked.method, asked.path) == ("HEAD", "/")
    slack.wire.then(faults.HangBefore())
    away = await SlackPlug(slack.http, slack.settings).check(slack.account, deadline=0.3)
    assert not away.ok


def test_hosts_are_a_setting() -> None:
    assert settings.read({}).hosts == {"hooks.slack.com"}
    assert settings.read({"REKINDLE_SLACK_HOSTS": "a.example, B.example:8443"}).hosts == {"a.example", "b.example:8443"}
    for bad in ("https://hooks.slack.com", "a b", ",", "a.example/x"):
        with pytest.raises(SettingsError, match="REKINDLE_SLACK_HOSTS"):
            settings.read({"REKINDLE_SLACK_HOSTS": bad})


def test_every_setting_and_field_stands_in_the_docs() -> None:
    said = (DOCS / "slack.md").read_text()
    assert "REKINDLE_SLACK_HOSTS" in said
    assert all(f"`{field.name}`" in said for field in SlackPlug.fields)
