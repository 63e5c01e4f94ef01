"""Mail through a real SMTP server: what arrives, under which protection, and what is certain when it breaks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.providers.ports import (
    Account,
    CannotTell,
    Fault,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)
from rekindle.providers.smtp.sender import SmtpSender
from tests.conftest import NOON
from tests.providers import fake_smtp, throwaway_ca
from tests.providers.contract import OFFICE, account
from tests.providers.fake_smtp import Fail, FakeSmtp
from tests.providers.throwaway_ca import Authority

OURS = UUID("0190f6d2-a1b2-7c3d-8e4f-5a6b7c8d9e0f")
OUTGOING = Outgoing(
    office_id=OFFICE,
    message_id=OURS,
    key="k:1:email",
    channel=Channel.EMAIL,
    to="nora@mail.example",
    sender="hello@lakeside.example",
    subject="About 12 Oak St",
    body="Hi Nora,\n.starts with a dot\nSee you – Bob",
    headers=(
        ("Reply-To", "r.tok3n@in.lakeside.example"),
        ("List-Unsubscribe", "<https://rekindle.example/u/tok3n>, <mailto:u.tok3n@in.lakeside.example>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("From", "forged@elsewhere.example"),
    ),
    expires_at=None,
    sender_name="Bob Baker, Lakeside",
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return throwaway_ca.make(tmp_path)


@pytest.fixture
async def server(authority: Authority) -> AsyncIterator[FakeSmtp]:
    async with fake_smtp.serving(FakeSmtp(authority.serving)) as running:
        yield running


def office(server: FakeSmtp, **values: str) -> Account:
    usual = {"host": "127.0.0.1", "port": str(server.port), "security": "starttls", "username": "bob"}
    usual |= {"password": "right", "from_domain": "lakeside.example", "bounce_domain": "bounce.lakeside.example"}
    return account("smtp", **(usual | values))


def sender(authority: Authority) -> SmtpSender:
    return SmtpSender(HandClock(NOON), authority.trusting)


async def refused(authority: Authority, signer: Account, outgoing: Outgoing = OUTGOING) -> SendRefusedError:
    with pytest.raises(SendRefusedError) as raised:
        await sender(authority).send(outgoing, signer, deadline=5)
    return raised.value


async def test_the_way_to_unsubscribe_stands_there_as_mail_programs_look_for_it(
    authority: Authority, server: FakeSmtp
) -> None:
    web, mail = (
        f"<https://rekindle.example/u/{'x' * 90}>",
        f"<mailto:u.{'y' * 42}@in.lakeside.example?subject=unsubscribe>",
    )
    long = replace(OUTGOING, headers=(("List-Unsubscribe", f"{web}, {mail}"),))
    await sender(authority).send(long, office(server), deadline=5)
    [taken] = server.taken
    assert f"\r\nList-Unsubscribe: {web},\r\n {mail}\r\n".encode() in taken.body


async def test_a_mail_arrives_encrypted_logged_in_and_with_our_ids(server: FakeSmtp, authority: Authority) -> None:
    accepted = await sender(authority).send(OUTGOING, office(server), deadline=5)
    assert accepted.provider_id == f"<{OURS}@lakeside.example>"
    [taken] = server.taken
    assert (taken.sender, taken.to) == (f"b.{OURS.hex}@bounce.lakeside.example", "nora@mail.example")
    assert (taken.encrypted, taken.user) == (True, "bob")
    mail = message_from_bytes(taken.body.replace(b"\r\n..", b"\r\n."), policy=default)
    assert mail["From"] == '"Bob Baker, Lakeside" <hello@lakeside.example>'
    assert (mail["To"], mail["Subject"]) == ("nora@mail.example", "About 12 Oak St")
    assert (mail["Message-ID"], mail["X-Rekindle-Id"]) == (accepted.provider_id, str(OURS))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "u.tok3n@in.lakeside.example" in mail["List-Unsubscribe"]
    assert mail["Date"].datetime == NOON
    assert mail.get_content().replace("\r\n", "\n").strip() == OUTGOING.body
    assert "flowed" not in str(mail["Content-Type"])
    assert taken.body.isascii()


async def test_the_same_message_always_bears_the_same_message_id(server: FakeSmtp, authority: Authority) -> None:
    for _ in range(2):
        await sender(authority).send(OUTGOING, office(server), deadline=5)
    ids = {message_from_bytes(taken.body)["Message-ID"] for taken in server.taken}
    assert len(ids) == 1


async def test_servers_that_can_are_asked_to_return_headers_under_our_id(
    server: FakeSmtp, authority: Authority
) -> None:
    await sender(authority).send(OUTGOING, office(server), deadline=5)
    [mail_from] = [command for command in server.commands if command.startswith(("MAIL", "mail"))]
    assert f"ENVID={OURS.hex}" in mail_from
    assert "RET=HDRS" in mail_from
    server.offers = ("STARTTLS",)
    server.commands.clear()
    await sender(authority).send(OUTGOING, replace_login(office(server)), deadline=5)
    assert not any("ENVID" in command or "NOTIFY" in command for command in server.commands)


def replace_login(signer: Account) -> Account:
    return replace(signer, values={**signer.values, "username": "", "password": ""})


async def test_a_server_encrypted_from_the_first_byte_works_too(authority: Authority) -> None:
    async with fake_smtp.serving(FakeSmtp(authority.serving, wrapped=True)) as server:
        await sender(authority).send(OUTGOING, office(server, security="tls"), deadline=5)
        assert server.taken[0].encrypted


async def test_a_server_without_encryption_gets_neither_password_nor_mail(
    server: FakeSmtp, authority: Authority
) -> None:
    server.offers = ("AUTH PLAIN",)
    error = await refused(authority, office(server))
    assert (error.fault, error.permanent) == (Fault.ACCOUNT, False)
    assert not any(command.upper().startswith(("AUTH", "MAIL")) for command in server.commands)


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path, server: FakeSmtp) -> None:
    other = throwaway_ca.make(tmp_path, host="mail.elsewhere.example")
    async with fake_smtp.serving(FakeSmtp(other.serving)) as wrong:
        error = await refused(other, office(wrong))
    assert (error.code, error.fault) == ("certificate", Fault.ACCOUNT)
    stranger = await refused(other, office(server))  # signed by an authority nobody named
    assert (stranger.code, stranger.fault) == ("certificate", Fault.ACCOUNT)
    assert server.taken == []


async def test_no_encryption_is_for_this_machine_only(server: FakeSmtp, authority: Authority) -> None:
    await sender(authority).send(OUTGOING, office(server, security="none", username=""), deadline=5)
    assert not server.taken[0].encrypted
    error = await refused(authority, office(server, security="none", host="mail.lakeside.example"))
    assert (error.code, error.fault) == ("fields", Fault.ACCOUNT)


@pytest.mark.parametrize(
    "fields",
    [
        {"host": ""},
        {"host": "a b"},
        {"port": "x"},
        {"port": "70000"},
        {"security": "ssl3"},
        {"from_domain": "lakeside"},
    ],
)
async def test_fields_that_cannot_work_are_the_accounts_fault(
    server: FakeSmtp, authority: Authority, fields: dict[str, str]
) -> None:
    error = await refused(authority, office(server, **fields))
    assert (error.code, error.fault, error.permanent) == ("fields", Fault.ACCOUNT, False)


@dataclass(frozen=True)
class Says:
    verb: str
    reply: str
    code: str
    permanent: bool
    fault: Fault


@pytest.mark.parametrize(
    "told",
    [
        Says("RCPT", "550 5.1.1 no such user", "5.1.1", True, Fault.MESSAGE),
        Says("RCPT", "550 5.1.10 recipient not found", "5.1.1", True, Fault.MESSAGE),
        Says("RCPT", "550 User unknown in virtual mailbox table", "5.1.1", True, Fault.MESSAGE),
        Says("RCPT", "550 go away", "5.0.0", True, Fault.MESSAGE),
        Says("RCPT", "550 5.7.1 blocked by policy", "5.7.1", True, Fault.MESSAGE),
        Says("RCPT", "554 5.7.1 Relay access denied", "5.7.1", False, Fault.ACCOUNT),
        Says("RCPT", "452 4.2.2 mailbox full", "4.2.2", False, Fault.MESSAGE),
        Says("RCPT", "451 4.7.1 greylisted", "4.7.1", False, Fault.BUSY),
        Says("MAIL", "421 4.7.0 too many", "4.7.0", False, Fault.BUSY),
        Says("MAIL", "550 5.7.60 not allowed to send as this sender", "5.7.60", False, Fault.ACCOUNT),
        Says("MAIL", "552 5.3.4 too large", "5.3.4", True, Fault.MESSAGE),
        Says("MAIL", "530 5.7.0 authentication required", "530", False, Fault.ACCOUNT),
        Says("DATA", "554 5.5.1 no", "5.5.1", True, Fault.MESSAGE),
        Says("END", "550 5.7.1 looks like spam", "5.7.1", True, Fault.MESSAGE),
        Says("END", "550 5.1.1 unknown after all", "5.1.1", True, Fault.MESSAGE),
        Says("END", "451 4.3.0 try later", "4.3.0", False, Fault.BUSY),
        Says("CONNECT", "554 no service for you", "554", False, Fault.ACCOUNT),
        Says("CONNECT", "421 busy", "421", False, Fault.BUSY),
        Says("AUTH", "454 4.7.0 login is down", "4.7.0", False, Fault.BUSY),
    ],
    ids=lambda told: f"{told.verb} {told.reply}",
)
async def test_a_refusal_says_whose_fault_it_is(server: FakeSmtp, authority: Authority, told: Says) -> None:
    server.says[told.verb] = told.reply
    server.keeps = False
    error = await refused(authority, office(server))
    assert (error.code, error.permanent, error.fault) == (told.code, told.permanent, told.fault)
    assert told.permanent == (error.retry_after is None)
    assert server.taken == []


async def test_a_wrong_password_is_the_accounts_fault(server: FakeSmtp, authority: Authority) -> None:
    error = await refused(authority, office(server, password="wrong"))
    assert (error.code, error.fault, error.permanent) == ("535", Fault.ACCOUNT, False)
    assert "wrong" not in str(error)


@pytest.mark.parametrize(
    ("verb", "fail"),
    [
        *product(("CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"), Fail),
        *product(("BODY",), (Fail.HANG, Fail.CUT, Fail.DRIP, Fail.ENDLESS)),
    ],
)
async def test_whatever_breaks_before_the_last_dot_is_certain(
    server: FakeSmtp, authority: Authority, verb: str, fail: Fail
) -> None:
    server.says[verb] = fail
    # Larger than what the network buffers, so that the mail is still on its way when it breaks.
    body = ("x" * 60 + "\n") * (200_000 if verb == "BODY" else 1)
    with pytest.raises(SendRefusedError) as raised:
        await sender(authority).send(replace(OUTGOING, body=body), office(server), deadline=0.5)
    assert not raised.value.permanent
    assert server.taken == []


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("fail", Fail)
async def test_whatever_breaks_after_the_last_dot_nobody_knows(
    server: FakeSmtp, authority: Authority, fail: Fail, keeps: bool
) -> None:
    server.says["END"], server.keeps = fail, keeps
    with pytest.raises(SendUncertainError):
        await sender(authority).send(OUTGOING, office(server), deadline=2)
    assert len(server.taken) == keeps
    assert isinstance(await sender(authority).find(OUTGOING, office(server), deadline=1), CannotTell)


async def test_a_server_that_is_not_there_is_certain(authority: Authority, server: FakeSmtp) -> None:
    closed = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    error = await refused(authority, office(server, port=str(port)))
    assert (error.code, error.fault) == ("unreachable", Fault.AWAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "nora@mail.example\r\nRCPT TO:<x@y.example>"},
        {"to": "nora"},
        {"to": ""},
        {"sender": "a b@c.example"},
        {"headers": (("Reply-To", "a@b.example\r\nBcc: x@y.example"),)},
        {"headers": (("Bad Name\n", "x"),)},
    ],
    ids=repr,
)
async def test_nothing_can_be_smuggled_into_the_talk(
    server: FakeSmtp, authority: Authority, changes: dict[str, object]
) -> None:
    error = await refused(authority, office(server), replace(OUTGOING, **changes))
    assert (error.permanent, error.fault) == (True, Fault.MESSAGE)
    assert server.commands == []


async def test_a_body_that_looks_like_the_end_of_the_mail_is_one_mail(server: FakeSmtp, authority: Authority) -> None:
    body = "one\n.\nMAIL FROM:<x@y.example>\n..\nlast"
    await sender(authority).send(replace(OUTGOING, body=body), office(server), deadline=5)
    [taken] = server.taken
    mail = message_from_bytes(taken.body.replace(b"\r\n..", b"\r\n."), policy=default)
    assert mail.get_content().replace("\r\n", "\n").strip() == body


async def test_addresses_beyond_ascii_need_a_server_that_takes_them(server: FakeSmtp, authority: Authority) -> None:
    outgoing = replace(OUTGOING, to="josé@mail.example")
    error = await refused(authority, office(server), outgoing)
    assert (error.code, error.permanent) == ("5.6.7", True)
    server.offers += ("SMTPUTF8",)
    await sender(authority).send(outgoing, office(server), deadline=5)
    assert server.taken[0].to == "josé@mail.example"
    await sender(authority).send(replace(OUTGOING, to="jose@peña.example"), office(server), deadline=5)
    assert server.taken[1].to == "jose@xn--pea-8ma.example"
