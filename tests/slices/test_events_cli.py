"""What came in and could not be handled, from the command line: seen, shown, tried again, let go, read anew."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from rekindle.cli import app, events
from rekindle.cli.context import Wiring
from rekindle.kit.clock import SystemClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.settings import Settings
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Account, CrmPage, Fetched, Inbound, Providers
from tests.slices.brook import TOKEN, Brook, creek
from tests.slices.test_inbox_deep import Listed

Run = Callable[..., Result]
GOOD = b'{"name": "Dana Fox", "email": "dana@mail.example"}'
BAD = b'{"name": "Dana Fox"}'


@dataclass
class Desk:
    """The command line over this test's own database, and what came in before."""

    url: str
    crm: "Shelf"
    run: Run = field(init=False)

    def rows(self, query: str, *given: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as conn:
            cursor = conn.execute(query, given)  # type: ignore[call-overload]
            return list(cursor.fetchall()) if cursor.description else []

    def came(self, external_id: str, body: bytes, *, dead: str = "", source: str = "form", days: float = 0.0) -> UUID:
        """An event of this office: handled, or dead for this reason."""
        [(office,)] = self.rows("select office_id from office where slug = 'lakeside'")
        event, at = uuid4(), SystemClock().now() - timedelta(days=days)
        named = (office, event, at, source, external_id)
        self.rows(
            "insert into event (office_id, id, received_at, source, external_id, content_type, body)"
            " values (%s, %s, %s, %s, %s, 'application/json', %s)", *named, body,
        )  # fmt: skip
        done = (None, None) if dead else (at, "new lead")
        self.rows(
            "insert into event_key (office_id, event_id, received_at, source, external_id, handled_at, outcome)"
            " values (%s, %s, %s, %s, %s, %s, %s)", *named, *done,
        )  # fmt: skip
        if dead:
            self.rows(
                "insert into inbox_job (office_id, event_id, received_at, source, external_id, lane, due_at, attempts,"
                " state, reason) values (%s, %s, %s, %s, %s, 0, now(), 1, 'dead', %s)", *named, dead,
            )  # fmt: skip
        return event

    def job(self, event: UUID) -> str | None:
        found = self.rows("select state from inbox_job where event_id = %s", event)
        return found[0][0] if found else None


@dataclass
class Shelf:
    """A CRM whose contacts are told by hand."""

    provider: str = "brook"
    people: int = 2

    def limits(self, account: Account) -> tuple[()]:  # noqa: ARG002 the port's
        return ()

    async def contacts(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:  # noqa: ARG002
        found = tuple(Fetched(f"c{n}:v1", "application/json", b'{"number": %d}' % n) for n in range(self.people))
        return CrmPage(found, "")

    async def messages(self, account: Account, *, since: datetime, cursor: str, deadline: float) -> CrmPage:  # noqa: ARG002
        return CrmPage((), "")


@pytest.fixture
def desk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path / "var"))
    made = Desk(database_url, Shelf())

    @asynccontextmanager
    async def providers(_: Settings, __: Keyring, ___: object) -> AsyncIterator[Providers]:
        sources: tuple[Inbound, ...] = (FormInbound(), Listed("brook-contact"))
        yield Providers(
            inbound={one.source: one for one in sources},
            plugs={"brook": Brook(), "creek": creek()},
            crms={"brook": made.crm},  # type: ignore[dict-item]
        )

    async def sandbox(*_: object) -> None:
        return None

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=Wiring(providers, sandbox))

    assert run("office", "create", "lakeside").exit_code == 0
    made.run = run
    return made


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_events_are_listed_newest_first_the_dead_apart_and_by_source(desk: Desk) -> None:
    desk.came("e1", GOOD, days=2)
    dead = desk.came("e2", BAD, dead="email: one is needed", days=1)
    desk.came("e3", b"?", source="portal")
    assert [row["external_id"] for row in lines(desk.run("event", "list", "--json"))] == ["e3", "e2", "e1"]
    assert [row["external_id"] for row in lines(desk.run("event", "list", "--json", "--limit", "1"))] == ["e3"]
    assert [row["state"] for row in lines(desk.run("event", "list", "--source", "form", "--json"))] == [
        "dead",
        "handled",
    ]
    [row] = lines(desk.run("event", "list", "--dead", "--json"))
    assert (row["event_id"], row["words"], row["attempts"]) == (str(dead), "email: one is needed", 1)
    assert "body" not in row  # a list of events is no list of people
    assert "one is needed" in desk.run("event", "list", "--dead").stdout


def test_a_long_list_comes_page_by_page_and_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PAGE", 2)
    for number in range(5):
        desk.came(f"e{number}", BAD, dead="no address" if number % 2 else "", days=number)
    assert [row["external_id"] for row in lines(desk.run("event", "list", "--json"))] == [f"e{n}" for n in range(5)]
    assert [row["external_id"] for row in lines(desk.run("event", "list", "--dead", "--json"))] == ["e1", "e3"]
    assert len(lines(desk.run("event", "list", "--json", "--limit", "3"))) == 3


def test_an_event_shows_what_it_says_and_what_its_adapter_says_of_it_today(desk: Desk) -> None:
    dead = desk.came("e2", BAD, dead="email: one is needed")
    [row] = lines(desk.run("event", "show", str(dead), "--json"))
    assert row["today"].startswith("cannot be read: email: ")
    assert json.loads(row["body"]) == {"name": "Dana Fox"}
    shown = desk.run("event", "show", str(dead)).stdout
    assert "one is needed" in shown
    assert desk.run("event", "show", str(dead), "--raw").stdout_bytes == BAD
    fine = desk.came("e3", GOOD)
    assert lines(desk.run("event", "show", str(fine), "--json"))[0]["today"] == "reads as: enquiry"


@pytest.mark.parametrize("verb", [("show",), ("retry",), ("discard", "--why", "x")])
def test_an_id_that_is_none_and_an_event_that_is_not_there_are_said_plainly(desk: Desk, verb: tuple[str, ...]) -> None:
    for event, said in (("seven", "is no event's id"), (str(uuid4()), "no")):
        refused = desk.run("event", verb[0], event, *verb[1:])
        assert refused.exit_code == 2
        assert said in refused.stderr


def test_the_dead_go_back_in_line_one_by_one_or_all_of_a_source(desk: Desk) -> None:
    first = desk.came("e1", BAD, dead="no address")
    second = desk.came("e2", BAD, dead="no address")
    third = desk.came("e3", BAD, dead="no address", source="portal")
    assert "1 event is back in line" in desk.run("event", "retry", str(first)).stderr
    assert [desk.job(event) for event in (first, second, third)] == ["due", "dead", "dead"]
    assert "1 event is back in line" in desk.run("event", "retry", "--all", "--source", "form").stderr
    assert [desk.job(event) for event in (first, second, third)] == ["due", "due", "dead"]
    assert desk.run("event", "retry").exit_code == 2
    assert desk.run("event", "retry", str(third), "--all").exit_code == 2


def test_letting_go_wants_a_reason_and_keeps_who_and_why(desk: Desk) -> None:
    event = desk.came("e1", BAD, dead="no address")
    assert desk.run("event", "discard", str(event)).exit_code == 2
    assert desk.run("event", "discard", str(event), "--why", " ").exit_code == 2
    assert desk.job(event) == "dead"
    assert desk.run("event", "discard", str(event), "--why", "spam", "--by", "Ruth").exit_code == 0
    [row] = lines(desk.run("event", "list", "--json"))
    assert (row["state"], row["words"]) == ("discarded", "discarded by Ruth: spam")
    assert desk.run("event", "discard", str(event), "--why", "spam").exit_code == 2


def test_replaying_says_what_differs_as_json_a_line_an_event(desk: Desk) -> None:
    desk.came("e1", GOOD, days=9)
    broken = desk.came("e2", BAD, days=3)
    mended = desk.came("e3", GOOD, dead="the adapter was wrong", days=2)
    rows = lines(desk.run("replay", "events", "--json"))
    assert [(row["now"], row["outcome"]) for row in rows] == [
        ("same", "handled: new lead"),
        ("unreadable", "handled: new lead"),
        ("readable", "dead: the adapter was wrong"),
    ]
    assert set(rows[0]) == {"event_id", "source", "received_at", "outcome", "now", "words", "queued"}
    assert [row["event_id"] for row in lines(desk.run("replay", "events", "--json", "--since", "7d"))] == [
        str(broken),
        str(mended),
    ]
    assert [row["now"] for row in lines(desk.run("replay", "events", "--json", "--limit", "1"))] == ["same"]
    people = desk.run("replay", "events")
    assert "unreadable now" in people.stderr
    assert "--again puts" in people.stderr
    assert desk.job(mended) == "dead"
    back = lines(desk.run("replay", "events", "--again", "--json"))
    assert [row["queued"] for row in back] == [False, False, True]
    assert (desk.job(mended), desk.job(broken)) == ("due", None)


def test_replaying_everything_puts_all_back_but_what_was_let_go(desk: Desk) -> None:
    first, second = desk.came("e1", GOOD), desk.came("e2", BAD, dead="no address")
    desk.run("event", "discard", str(second), "--why", "spam")
    assert desk.run("replay", "events", "--all-again").exit_code == 0
    assert (desk.job(first), desk.job(second)) == ("due", None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "soon"), "--since wants 7d"),
        (("--until", "2026-13-01"), "--until wants 7d"),
        (("--since", "1d", "--until", "2d"), "--since must lie before --until"),
    ],
)
def test_a_time_that_is_none_is_said_plainly(desk: Desk, options: tuple[str, ...], said: str) -> None:
    refused = desk.run("replay", "events", *options)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_errands_are_listed_tried_again_and_let_go(desk: Desk) -> None:
    [(office,)] = desk.rows("select office_id from office")
    ids = [uuid4() for _ in range(3)]
    for number, errand in enumerate(ids):
        desk.rows(
            "insert into errand (office_id, id, kind, key, payload, created_at, due_at, attempts, state, reason)"
            " values (%s, %s, 'fetch', %s, %s, now(), now(), 8, %s, '401 the key is wrong')",
            office, errand, f"k{number}", json.dumps({"source": "meta-lead", "ref": f"l{number}"}),
            "due" if number == 2 else "dead",
        )  # fmt: skip
    assert len(lines(desk.run("errand", "list", "--json"))) == 3
    dead = lines(desk.run("errand", "list", "--dead", "--json"))
    assert [row["words"] for row in dead] == [f"fetch what meta-lead only hinted at (l{n})" for n in range(2)]
    assert "401 the key is wrong" in desk.run("errand", "list", "--dead").stdout
    assert desk.run("errand", "retry", str(ids[2])).exit_code == 2
    assert desk.run("errand", "discard", str(ids[0])).exit_code == 0
    assert "1 errand is back in line" in desk.run("errand", "retry", "--all").stderr
    assert desk.rows("select id, state, attempts from errand order by key") == [(ids[1], "due", 0), (ids[2], "due", 8)]
    assert desk.run("errand", "discard", "seven").exit_code == 2


def test_reconcile_finds_what_no_webhook_told_once(desk: Desk) -> None:
    assert desk.run("connect", "brook", "--set", f"token={TOKEN}", "--set", "location=l1").exit_code == 0
    [found] = lines(desk.run("reconcile", "--crm", "brook", "--since", "2d", "--json"))
    assert found["contacts"] == {"looked_at": 2, "found": 2, "note": ""}
    again = desk.run("reconcile", "--crm", "brook")
    assert "contacts: 2 looked at, 0 had never reached us" in again.stdout
    assert len(lines(desk.run("event", "list", "--source", "brook-contact", "--json"))) == 2
    assert desk.run("reconcile", "--crm", "lake").exit_code == 2


def test_reconcile_says_when_a_list_could_not_be_read(desk: Desk) -> None:
    refused = desk.run("reconcile", "--crm", "brook")
    assert refused.exit_code == 1
    assert "brook is not connected" in refused.stdout
