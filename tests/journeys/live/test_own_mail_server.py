"""An office without any mail service: its own server sends, its own mailbox brings answers, refusals and farewells."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from pathlib import Path

import pytest

from rekindle.kit.clock import HandClock, SystemClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from tests.journeys.live.outside import DANAS_MAIL
from tests.journeys.live.site import DANA, Office, Site, opened
from tests.providers import fake_imap, fake_smtp, throwaway_ca
from tests.providers.fake_imap import FakeImap
from tests.providers.fake_smtp import FakeSmtp

FORM_PAGE = Path(__file__).parents[3] / "docs" / "providers" / "form.md"
DOMAIN = "in.lakeside.example"
NO_TEXTS = {name: value for name, value in DANA.items() if name != "consent"}
BOUNCED = (
    b"From: MAILER-DAEMON@mail.example\r\nTo: {to}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nNobody here.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.mail.example\r\n\r\n"
    b"Final-Recipient: rfc822; dana@mail.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
)


@dataclass(frozen=True)
class Post:
    """The office, its mail server and its mailbox."""

    site: Site
    office: Office
    smtp: FakeSmtp
    imap: FakeImap

    def letters(self) -> list[Message]:
        """What left to leads, oldest first."""
        mails = [message_from_bytes(taken.body) for taken in self.smtp.taken if taken.to == DANAS_MAIL]
        return [mail for mail in mails if mail["X-Rekindle-Id"]]

    async def comes(self, raw: bytes) -> None:
        """A mail lies in the mailbox, and is read within the minute."""
        self.imap.put(raw, at=self.site.clock.now())
        await self.site.pass_time(timedelta(minutes=2))
        await self.site.tick()


@pytest.fixture
async def post(db: Db, clock: HandClock, keyring: Keyring, tmp_path: Path) -> AsyncIterator[Post]:
    authority = throwaway_ca.make(tmp_path)
    async with AsyncExitStack() as stack:
        smtp = await stack.enter_async_context(fake_smtp.serving(FakeSmtp(authority.serving)))
        imap = await stack.enter_async_context(fake_imap.serving(FakeImap(authority.serving)))
        environ = {"REKINDLE_SMTP_CA": str(authority.file), "REKINDLE_MAIL_CA": str(authority.file)}
        site = await stack.enter_async_context(opened(db, clock, keyring, tmp_path, environ))
        office = await site.open_office()
        accounts = {
            "smtp": {"host": "127.0.0.1", "port": str(smtp.port), "username": "bob", "password": "right",
                     "from_domain": "lakeside.example", "bounce_domain": DOMAIN},
            "mail": {"imap_host": "127.0.0.1", "imap_port": str(imap.port), "imap_user": "leads",
                     "imap_password": "app-password", "reply_domain": DOMAIN},
        }  # fmt: skip
        for provider, values in accounts.items():
            looked = await office.connect(provider, values)
            assert looked is not None
            assert looked.now == "ok", f"{provider}: {looked.note}"
        await site.tick()
        yield Post(site, office, smtp, imap)


async def greeted(post: Post) -> Message:
    """The letter Dana got."""
    await post.office.form(NO_TEXTS)
    await post.site.turn()
    [letter] = post.letters()
    return letter


def written(to: str, words: str, *, sender: str = "fox.family@home.example") -> bytes:
    """A mail somebody writes."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, "Re: Hello", "<m1@home.example>"
    mail.set_content(words)
    return mail.as_bytes()


async def test_a_letter_leaves_encrypted_with_both_ways_to_unsubscribe(post: Post) -> None:
    letter = await greeted(post)
    [taken] = [one for one in post.smtp.taken if one.to == DANAS_MAIL]
    assert taken.encrypted
    assert re.fullmatch(rf"r\.[a-z2-7]{{42}}@{DOMAIN}", letter["Reply-To"])
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"@{DOMAIN}?subject=unsubscribe>" in letter["List-Unsubscribe"]
    [row] = await post.office.sent("email")
    assert row["state"] in {"accepted", "sent"}


async def test_an_answer_in_the_mailbox_reaches_the_leads_page_whoever_writes_it(post: Post) -> None:
    letter = await greeted(post)
    await post.comes(written(letter["Reply-To"], "Saturday works for us."))
    heard = await post.office.one("select * from message where direction = 'in'")
    lead = await post.office.one("select * from lead")
    assert heard["lead_id"] == lead["id"]
    assert heard["body"].strip() == "Saturday works for us."
    await post.site.pass_time(timedelta(days=20))
    assert len(post.letters()) == 1, "a person speaks now"


async def test_a_mail_to_the_unsubscribe_address_ends_mail(post: Post) -> None:
    letter = await greeted(post)
    to = re.search(r"<mailto:([^?]+)\?", letter["List-Unsubscribe"])
    assert to is not None
    await post.comes(written(to[1], "unsubscribe"))
    assert {channel for channel, _ in await post.office.blocked()} == {"email"}
    await post.site.pass_time(timedelta(days=60))
    assert len(post.letters()) == 1


async def test_a_letter_that_comes_back_closes_a_dead_mailbox(post: Post) -> None:
    await greeted(post)
    [taken] = [one for one in post.smtp.taken if one.to == DANAS_MAIL]
    assert taken.sender.startswith("b.")
    await post.comes(BOUNCED.replace(b"{to}", taken.sender.encode()))
    [row] = await post.office.sent("email")
    assert row["state"] == "undelivered"
    assert {channel for channel, _ in await post.office.blocked()} == {"email"}


async def test_the_program_on_the_forms_page_makes_a_lead(post: Post) -> None:
    program = re.search(r"```python\n(.*?)```", FORM_PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert program is not None
    post.site.clock.at = SystemClock().now()
    environ = {
        "REKINDLE_FORM_SECRET": post.office.made.form_secret,
        "REKINDLE_FORM_HOOK": f"{post.site.url}/hooks/lakeside/form",
    }
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", program[1], env=environ)
    assert await run.wait() == 0
    await post.site.turn()
    assert (await post.office.one("select name from lead"))["name"] == "Dana Fox"
