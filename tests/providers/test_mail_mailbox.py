"""A mailbox polled over a real IMAP connection: each mail once, none lost, nothing changed in it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from rekindle.kit.clock import HandClock
from rekindle.providers.mail.mailbox import MOST, Mailbox
from rekindle.providers.mail.plug import MailPlug
from rekindle.providers.mail.source import MailInbound, name_of
from rekindle.providers.ports import Account, CallFailedError, Event, Fault, Reply, UnparsableError
from tests.conftest import NOON
from tests.providers import fake_imap, mails, throwaway_ca
from tests.providers.contract import account
from tests.providers.fake_imap import FakeImap
from tests.providers.throwaway_ca import Authority

DOCS = Path(__file__).parents[2] / "docs" / "providers"
OLD = NOON - timedelta(days=400)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return throwaway_ca.make(tmp_path)


@pytest.fixture
async def server(authority: Authority) -> AsyncIterator[FakeImap]:
    async with fake_imap.serving(FakeImap(authority.serving)) as running:
        yield running


@pytest.fixture
def mailbox(authority: Authority) -> Mailbox:
    return Mailbox(HandClock(NOON), authority.trusting)


def office(server: FakeImap, **values: str) -> Account:
    usual = {"secret": "whsec_bWFpbA==", "imap_host": "127.0.0.1", "imap_port": str(server.port)}
    return account("mail", **(usual | {"imap_user": 'leads "x"', "imap_password": 'pass "word\\'} | values))


async def test_what_was_there_before_is_left_and_what_comes_after_is_taken_once(
    server: FakeImap, mailbox: Mailbox
) -> None:
    server.put(mails.raw("portal_lines"), at=OLD)
    nothing, cursor = await mailbox.since("", office(server), deadline=5)
    assert nothing == ()
    server.put(mails.raw("reply_gmail"), at=NOON)
    server.put(mails.raw("portal_table"), at=NOON)
    fetched, after = await mailbox.since(cursor, office(server), deadline=5)
    assert [each.body for each in fetched] == [mails.raw("reply_gmail"), mails.raw("portal_table")]
    assert {each.content_type for each in fetched} == {"message/rfc822"}
    assert [each.external_id for each in fetched] == [name_of(each.body) for each in fetched]
    again, same = await mailbox.since(after, office(server), deadline=5)
    assert (again, same) == ((), after)
    event = Event(fetched[0].external_id, fetched[0].body, NOON)
    [word] = MailInbound().parse(event, office(server))
    assert isinstance(word, Reply)


async def test_nothing_in_the_mailbox_is_changed(server: FakeImap, mailbox: Mailbox) -> None:
    _, cursor = await mailbox.since("", office(server), deadline=5)
    server.put(mails.raw("reply_gmail"), at=NOON)
    await mailbox.since(cursor, office(server), deadline=5)
    verbs = {command.split()[0] if not command.startswith("UID") else command.split()[1] for command in server.commands}
    assert verbs == {"CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"}
    assert all("PEEK" in command or "SIZE" in command for command in server.commands if "FETCH" in command)


async def test_a_mailbox_that_gives_new_numbers_to_its_mails_loses_none(server: FakeImap, mailbox: Mailbox) -> None:
    server.put(mails.raw("portal_lines"), at=OLD)
    _, cursor = await mailbox.since("", office(server), deadline=5)
    server.put(mails.raw("reply_gmail"), at=NOON)
    server.renumber()
    fetched, cursor = await mailbox.since(cursor, office(server), deadline=5)
    assert [each.body for each in fetched] == [mails.raw("reply_gmail")]
    assert await mailbox.since(cursor, office(server), deadline=5) == ((), cursor)


async def test_many_mails_come_in_several_looks_in_order(server: FakeImap, mailbox: Mailbox) -> None:
    _, cursor = await mailbox.since("", office(server), deadline=5)
    sent = [mails.raw("form").replace(b"Finn", f"Finn{n}".encode()) for n in range(MOST + 7)]
    for raw in sent:
        server.put(raw, at=NOON)
    first, cursor = await mailbox.since(cursor, office(server), deadline=20)
    second, _ = await mailbox.since(cursor, office(server), deadline=20)
    assert [each.body for each in (*first, *second)] == sent
    assert len(first) == MOST


async def test_of_a_mail_too_large_to_take_a_person_hears(server: FakeImap, mailbox: Mailbox) -> None:
    _, cursor = await mailbox.since("", office(server), deadline=5)
    server.put(mails.raw("unread_portal"), at=NOON)
    server.sizes[1] = 31 * 1024 * 1024
    [fetched], _ = await mailbox.since(cursor, office(server), deadline=5)
    assert b"Somebody looked" not in fetched.body
    assert b"Subject:" in fetched.body
    with pytest.raises(UnparsableError):
        MailInbound().parse(Event(fetched.external_id, fetched.body, NOON), office(server))


@pytest.mark.parametrize(
    ("fails", "code", "fault"),
    [
        ({"LOGIN": "NO"}, "login", Fault.ACCOUNT),
        ({"EXAMINE": "NO"}, "folder", Fault.ACCOUNT),
        ({"UID SEARCH": "NO"}, "NO", Fault.AWAY),
        ({"LOGIN": "cut"}, "talk", Fault.AWAY),
        ({"EXAMINE": "nonsense"}, "talk", Fault.AWAY),
        ({"UID SEARCH": "hang"}, "timeout", Fault.AWAY),
        ({"CAPABILITY": "cut"}, "unreachable", Fault.AWAY),
    ],
)
async def test_a_failure_says_whose_fault_it_is(
    server: FakeImap, mailbox: Mailbox, fails: dict[str, str], code: str, fault: Fault
) -> None:
    server.fails |= fails
    with pytest.raises(CallFailedError) as raised:
        await mailbox.since("", office(server), deadline=1.5)
    assert (raised.value.code, raised.value.fault) == (code, fault)
    checked = await MailPlug(mailbox).check(office(server), deadline=1.5)
    assert not checked.ok


async def test_a_server_nobody_vouches_for_gets_no_password(server: FakeImap, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    stranger = throwaway_ca.make(tmp_path / "other")
    with pytest.raises(CallFailedError) as raised:
        await Mailbox(HandClock(NOON), stranger.trusting).since("", office(server), deadline=5)
    assert (raised.value.code, raised.value.fault) == ("certificate", Fault.ACCOUNT)
    assert server.commands == []


@pytest.mark.parametrize("field", ["imap_user", "imap_password", "imap_folder"])
async def test_no_command_can_be_smuggled_into_the_talk(server: FakeImap, mailbox: Mailbox, field: str) -> None:
    with pytest.raises(CallFailedError) as raised:
        await mailbox.since("", office(server, **{field: "x\r\nA1 DELETE INBOX"}), deadline=5)
    assert (raised.value.code, raised.value.fault) == ("fields", Fault.ACCOUNT)
    assert not any("DELETE" in command for command in server.commands)


async def test_a_check_counts_and_says_what_can_only_be_waited_for(server: FakeImap, mailbox: Mailbox) -> None:
    server.put(mails.raw("form"), at=NOON)
    plug = MailPlug(mailbox)
    checked = await plug.check(office(server), deadline=5)
    assert (checked.ok, checked.found) == (True, (("mails", "1"),))
    posted = await plug.check(account("mail", secret="whsec_bWFpbA=="), deadline=5)
    assert posted.ok
    assert "first one" in posted.text
    assert not (await plug.check(account("mail"), deadline=5)).ok


def test_every_setting_and_field_stands_in_the_docs() -> None:
    said = (DOCS / "mail.md").read_text()
    assert "REKINDLE_MAIL_CA" in said
    assert all(f"`{field.name}`" in said for field in MailPlug.fields)
