"""Connecting from the command line: asked, checked, listed, undone; no secret is ever printed but what we made up."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from rekindle.cli import app, asking
from rekindle.cli.context import Wiring
from rekindle.kit.crypto import Keyring
from rekindle.kit.settings import Settings
from rekindle.providers.ports import Providers
from tests.slices.brook import TOKEN, Brook, BrookInbound, BrookStatus, bad, creek

Run = Callable[..., Result]
NEW = base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def brook() -> Brook:
    return Brook()


@pytest.fixture
def rekindle(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brook: Brook) -> Run:
    """Runs a verb against this test's own database, with Brook and Creek wired in."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("REKINDLE_BASE_URL", "https://rekindle.example")

    @asynccontextmanager
    async def providers(_: Settings, __: Keyring, ___: object) -> AsyncIterator[Providers]:
        hooks = (BrookStatus(), BrookInbound())
        yield Providers(inbound={one.source: one for one in hooks}, plugs={"brook": brook, "creek": creek()})

    async def sandbox(*_: object) -> None:
        return None

    def run(*arguments: str, typed: str | None = None, **environ: str) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=Wiring(providers, sandbox), env=environ, input=typed)

    assert run("office", "create", "lakeside").exit_code == 0
    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def connected(rekindle: Run) -> list[dict[str, Any]]:
    """What a person connected; every office is born with a secret for its web form."""
    form, *rest = sorted(rows(rekindle("connections", "--json")), key=lambda row: str(row["provider"] != "form"))
    assert (form["provider"], form["state"]) == ("form", "unchecked")
    return rest


SET = ("--set", f"token={TOKEN}", "--set", "location=loc-1")


def test_connecting_says_how_it_is_what_to_paste_and_what_it_carries(rekindle: Run) -> None:
    shown = answer(rekindle("connect", "brook", *SET, "--json"))
    assert shown["state"] == "ok"
    assert shown["note"] == "Brook answers for loc-1."
    assert shown["carries"] == ["sms"]
    assert shown["hooks"] == [
        "https://rekindle.example/hooks/lakeside/brook",
        "https://rekindle.example/hooks/lakeside/brook-status",
    ]
    assert set(shown["made"]) == {"hook_secret"}
    again = rekindle("connect", "brook", "--set", "calendar=tours")
    assert again.exit_code == 0
    assert shown["made"]["hook_secret"] not in again.output
    assert "what it sends goes there until" in again.stderr
    assert TOKEN not in again.output


def test_what_was_made_up_is_printed_once_with_the_addresses(rekindle: Run) -> None:
    shown = rekindle("connect", "brook", *SET)
    assert "hook_secret" in shown.stdout
    assert "  https://rekindle.example/hooks/lakeside/brook\n" in shown.stdout
    assert TOKEN not in shown.output


def test_a_failing_check_is_exit_1_and_keeps_what_was_entered(rekindle: Run, brook: Brook) -> None:
    brook.checks = bad
    failed = rekindle("connect", "brook", *SET)
    assert failed.exit_code == 1
    assert "Brook says the token is wrong." in failed.stderr
    (row,) = connected(rekindle)
    assert (row["provider"], row["account"], row["state"]) == ("brook", "loc-1", "failing")
    brook.seen.clear()
    assert rekindle("connect", "brook", "--no-check").exit_code == 0
    assert brook.seen == []
    (row,) = connected(rekindle)
    assert row["state"] == "unchecked"


def test_secrets_come_from_files_and_standard_input_too(rekindle: Run, brook: Brook, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    named = ("--set", f"token=@{tmp_path / 'token'}", "--set", "location=-")
    assert rekindle("connect", "brook", *named, typed="loc-7\n").exit_code == 0
    assert (brook.seen[-1].get("token"), brook.seen[-1].get("location")) == (TOKEN, "loc-7")


def test_a_person_at_a_terminal_is_asked_and_their_secret_is_not_echoed(
    rekindle: Run, brook: Brook, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal:
        @staticmethod
        def isatty() -> bool:
            return True

    class Sys:
        stdin = Terminal

    monkeypatch.setattr(asking, "sys", Sys)
    done = rekindle("connect", "brook", typed=f"{TOKEN}\nloc-1\n\n")
    assert done.exit_code == 0, done.output
    assert TOKEN not in done.output
    assert "Location" in done.output
    assert (brook.seen[-1].get("token"), brook.seen[-1].get("calendar")) == (TOKEN, "main")
    nothing_to_ask = rekindle("connect", "brook", "--set", "calendar=tours", typed="")
    assert nothing_to_ask.exit_code == 0, nothing_to_ask.output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("connect", "river"), "no provider named river (known: brook, creek)"),
        (("connect", "brook"), "Brook Texting needs token, location"),
        (("connect", "brook", *SET, "--set", "colour=red"), "has no colour"),
        (("connect", "brook", "--set", "token"), "--set wants name=value"),
        (("connect", "brook", "--set", "token=@/nowhere/at/all"), "the file for token cannot be read"),
        (("connect", "brook", *SET, "--carry", "email"), "Brook Texting cannot carry email"),
        (("disconnect", "brook"), "brook is not connected"),
        (("connect", "brook", *SET, "--office", "elsewhere"), "no office named elsewhere"),
    ],
)
def test_what_cannot_be_is_said_in_plain_words(rekindle: Run, arguments: tuple[str, ...], why: str) -> None:
    refused = rekindle(*arguments)
    assert refused.exit_code == 2
    assert why in refused.stderr
    assert TOKEN not in refused.output
    assert connected(rekindle) == []


def test_help_lists_the_providers_and_what_each_wants(rekindle: Run) -> None:
    shown = rekindle("connect", "--help")
    assert shown.exit_code == 0
    assert "Brook Texting: token, location, [calendar], [hook_secret]" in shown.stdout


def test_a_channel_is_carried_by_whom_a_person_chose_and_by_nobody_after_that(rekindle: Run) -> None:
    rekindle("connect", "brook", *SET)
    shown = answer(rekindle("connect", "creek", "--set", "key=k", "--carry", "sms", "--json"))
    assert shown["carries"] == ["email", "sms"]
    listed = rekindle("connections")
    assert "email, sms" in listed.stdout
    gone = rekindle("disconnect", "creek")
    assert "creek is disconnected; nothing carries e-mails and texts now" in gone.stderr
    assert [row["carries"] for row in connected(rekindle)] == [[]]


def test_a_connection_whose_breaker_is_open_is_listed_as_paused_with_the_reason(
    rekindle: Run, database_url: str
) -> None:
    rekindle("connect", "brook", *SET)
    assert [row["paused"] for row in connected(rekindle)] == [""]
    with psycopg.connect(database_url) as conn:
        conn.execute(
            """
            insert into breaker (office_id, provider, state, failures, reason, retry_at, updated_at)
            select office_id, 'brook', 'open', 5, 'unpaid bill', now() + interval '1 hour', now() from office
            """
        )
    [row] = connected(rekindle)
    assert row["state"] == "ok"
    assert row["paused"].startswith("Paused (unpaid bill); tried again 2")
    [line] = [line for line in rekindle("connections").stdout.splitlines() if line.startswith("brook")]
    assert line.split()[2] == "paused"
    assert "Paused (unpaid bill); tried again 2" in line
    with psycopg.connect(database_url) as conn:
        conn.execute("update breaker set retry_at = now() - interval '1 second'")
    assert [row["paused"] for row in connected(rekindle)] == ["Paused (unpaid bill); tried again now."]


def test_an_office_leaves_the_sandbox_by_a_persons_word_only(rekindle: Run, database_url: str) -> None:
    def mode() -> str:
        with psycopg.connect(database_url) as conn:
            row = conn.execute("select mode from office").fetchone()
        return str(row[0]) if row else ""

    assert rekindle("office", "live", "lakeside", typed="n\n").exit_code == 2
    assert mode() == "sandbox"
    gone = rekindle("office", "live", "lakeside", "--yes")
    assert gone.exit_code == 0
    assert mode() == "live"
    assert "nothing carries its texts yet" in gone.stderr
    assert answer(rekindle("connect", "brook", *SET, "--json"))["sandbox"] is False


def test_rotating_the_key_shows_nothing_secret_and_connections_go_on(
    rekindle: Run, brook: Brook, tmp_path: Path
) -> None:
    rekindle("connect", "brook", *SET)
    old = (tmp_path / "var" / "secret.key").read_text()
    lost = rekindle("keys", "rotate", REKINDLE_SECRET_KEY=NEW)
    assert lost.exit_code == 2
    assert "REKINDLE_OLD_SECRET_KEYS" in lost.stderr
    both = {"REKINDLE_SECRET_KEY": NEW, "REKINDLE_OLD_SECRET_KEYS": old}
    first = rekindle("keys", "rotate", "--json", **both)
    assert answer(first) == {"offices": 1, "sealed_anew": 4, "sealed": 4}
    again = rekindle("keys", "rotate", **both)
    assert "0 of 4 secrets of 1 office sealed anew" in again.stderr
    brook.seen.clear()
    assert rekindle("connect", "brook", REKINDLE_SECRET_KEY=NEW).exit_code == 0
    assert brook.seen[0].get("token") == TOKEN
    for result in (lost, first, again):
        assert not any(key in result.output for key in (old, NEW, TOKEN, "whsec_"))
