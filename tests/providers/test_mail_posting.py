"""The program in docs/providers/mail.md, run as a mail server would: what it posts is taken, what fails is kept."""

import asyncio
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from rekindle.providers.mail.source import MailInbound, name_of
from rekindle.providers.ports import Request
from tests.providers import faults, mails
from tests.providers.adapters_mail import SECRET
from tests.providers.contract import account
from tests.providers.framing import Asked

PAGE = Path(__file__).parents[2] / "docs" / "providers" / "mail.md"


async def post(raw: bytes, url: str) -> int:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        found[1],
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"REKINDLE_MAIL_SECRET": SECRET, "REKINDLE_MAIL_HOOK": url},
    )
    await process.communicate(raw)
    assert process.returncode is not None
    return process.returncode


def ok(_: Asked) -> faults.Replied:
    return faults.Replied(200)


async def test_what_the_documented_program_posts_is_taken() -> None:
    async with faults.serving(ok) as wire:
        assert await post(mails.raw("portal_stacked"), wire.url + "/hooks/lakeside/mail") == 0
    [asked] = wire.requests
    at = datetime.fromtimestamp(int(asked.headers["webhook-timestamp"]), UTC)
    request = Request("POST", wire.url + asked.path, "", asked.headers, asked.body, at)
    verified = MailInbound().verify(request, account("mail", secret=SECRET))
    assert verified.external_id == name_of(mails.raw("portal_stacked"))
    assert asked.headers["content-type"] == "message/rfc822"


async def test_a_mail_that_was_not_stored_stays_with_the_mail_server() -> None:
    async with faults.serving(ok) as wire:
        wire.then(faults.Status(429), faults.ResetBefore())
        assert await post(mails.raw("form"), wire.url) == 75
        assert await post(mails.raw("form"), wire.url) == 75
