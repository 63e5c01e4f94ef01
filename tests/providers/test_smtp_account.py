"""The check of an SMTP account, notices to staff, and the settings of both."""

from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.settings import SettingsError
from rekindle.providers.ports import CallFailedError, Fault, StaffNotice
from rekindle.providers.smtp import settings
from rekindle.providers.smtp.notifier import SmtpNotifier
from rekindle.providers.smtp.plug import SmtpPlug
from rekindle.providers.smtp.sender import SmtpSender
from tests.conftest import NOON
from tests.providers import fake_smtp, throwaway_ca
from tests.providers.contract import account
from tests.providers.fake_smtp import Fail, FakeSmtp
from tests.providers.test_smtp_sending import office
from tests.providers.throwaway_ca import Authority

DOCS = Path(__file__).parents[2] / "docs" / "providers"
NOTICE = StaffNotice(
    office="Lakeside Team",
    title="A hot lead waits",
    text="Nobody has claimed it for ten minutes.",
    url="https://rekindle.example/leads/1",
    emails=("bob@lakeside.example", "eve@lakeside.example"),
    key="claim:1",
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return throwaway_ca.make(tmp_path)


@pytest.fixture
async def server(authority: Authority) -> AsyncIterator[FakeSmtp]:
    async with fake_smtp.serving(FakeSmtp(authority.serving)) as running:
        yield running


async def test_a_check_logs_in_and_sends_nothing(server: FakeSmtp, authority: Authority) -> None:
    checked = await SmtpPlug(authority.trusting).check(office(server), deadline=5)
    assert checked.ok
    assert "Nothing was sent" in checked.text
    assert server.commands[-1].lower() == "noop"
    assert not any(command.upper().startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize(
    ("says", "fields"),
    [
        ({}, {"password": "wrong"}),
        ({}, {"host": ""}),
        ({"CONNECT": Fail.CUT}, {}),
        ({"NOOP": Fail.HANG}, {}),
        ({"NOOP": "421 closing"}, {}),
    ],
)
async def test_a_check_that_fails_says_so_and_raises_nothing(
    server: FakeSmtp, authority: Authority, says: dict[str, str | Fail], fields: dict[str, str]
) -> None:
    server.says |= says
    checked = await SmtpPlug(authority.trusting).check(office(server, **fields), deadline=1)
    assert not checked.ok
    assert checked.text.endswith(".")
    assert "wrong" not in checked.text


async def test_staff_are_told_one_mail_each_that_no_machine_answers(server: FakeSmtp, authority: Authority) -> None:
    notifier = SmtpNotifier(HandClock(NOON), authority.trusting)
    for _ in range(2):
        await notifier.tell(NOTICE, office(server), deadline=10)
    mails = [message_from_bytes(taken.body, policy=default) for taken in server.taken]
    assert [mail["To"] for mail in mails] == [*NOTICE.emails, *NOTICE.emails]
    assert {mail["From"] for mail in mails} == {"Rekindle <rekindle@lakeside.example>"}
    assert mails[0]["Subject"] == "A hot lead waits (Lakeside Team)"
    assert mails[0]["Auto-Submitted"] == "auto-generated"
    assert NOTICE.url in mails[0].get_content()
    assert mails[0]["Message-ID"] == mails[2]["Message-ID"] != mails[1]["Message-ID"]


async def test_one_address_that_fails_does_not_keep_the_others_in_the_dark(
    server: FakeSmtp, authority: Authority
) -> None:
    notifier = SmtpNotifier(HandClock(NOON), authority.trusting)
    with pytest.raises(CallFailedError) as raised:
        await notifier.tell(replace(NOTICE, emails=("nobody", *NOTICE.emails)), office(server), deadline=10)
    assert raised.value.fault is Fault.MESSAGE
    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        ({"AUTH": "535 no"}, Fault.ACCOUNT),
        ({"END": "451 later"}, Fault.BUSY),
        ({"END": Fail.CUT}, Fault.AWAY),
        ({"CONNECT": Fail.CUT}, Fault.AWAY),
    ],
)
async def test_a_notice_that_fails_says_whose_fault_it_is(
    server: FakeSmtp, authority: Authority, says: dict[str, str | Fail], fault: Fault
) -> None:
    server.says |= says
    with pytest.raises(CallFailedError) as raised:
        await SmtpNotifier(HandClock(NOON), authority.trusting).tell(NOTICE, office(server), deadline=4)
    assert raised.value.fault is fault


def test_the_pace_is_the_accounts_own() -> None:
    sender = SmtpSender(HandClock(NOON), settings.read({}).tls)
    paces = {said: sender.limits(account("smtp", per_minute=said))[0].count for said in ("", "5", "0", "x", "99999999")}
    assert paces == {"": 60, "5": 5, "0": 1, "x": 60, "99999999": 10_000}


def test_further_authorities_are_a_setting(authority: Authority, tmp_path: Path) -> None:
    usual = len(settings.read({}).tls.get_ca_certs())
    assert len(settings.read({"REKINDLE_SMTP_CA": str(authority.file)}).tls.get_ca_certs()) == usual + 1
    junk = tmp_path / "junk.pem"
    junk.write_text("no certificate")
    for bad in (junk, tmp_path / "missing.pem"):
        with pytest.raises(SettingsError, match="REKINDLE_SMTP_CA"):
            settings.read({"REKINDLE_SMTP_CA": str(bad)})


def test_every_setting_and_field_stands_in_the_docs() -> None:
    said = (DOCS / "smtp.md").read_text()
    assert "REKINDLE_SMTP_CA" in said
    assert all(f"`{field.name}`" in said for field in SmtpPlug.fields)
