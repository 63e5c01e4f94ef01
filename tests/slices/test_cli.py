"""The command line keeps its contract: names, JSON, exit codes, plain words on what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from rekindle import main
from rekindle.cli import app
from rekindle.cli.context import Wiring
from rekindle.kit.ids import new_id

Run = Callable[..., Result]


@pytest.fixture
def rekindle(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a verb against this test's own database, as an installation with DATABASE_URL would."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REKINDLE_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("REKINDLE_SANDBOX_PORT", "9")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=Wiring(main.providers, main.sandbox))

    return run


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


OFFICE = ("--phone", "+13125550100", "--email", "hello@lakeside.example", "--address", "1 Lake St, Chicago IL 60601")


def test_an_office_shows_its_secrets_once_as_json(rekindle: Run) -> None:
    (made,) = lines(rekindle("office", "create", "lakeside", *OFFICE, "--json"))
    assert set(made) == {"slug", "login", "password", "api_key", "form_secret"}
    assert made["slug"] == "lakeside"
    assert made["form_secret"].startswith("whsec_")
    assert [o["slug"] for o in lines(rekindle("office", "list", "--json"))] == ["lakeside"]
    again = rekindle("office", "create", "lakeside", "--json")
    assert again.exit_code == 2
    assert "there is an office named lakeside already" in again.stderr


def test_lists_print_every_row_and_nothing_else(rekindle: Run, tmp_path: Path) -> None:
    rekindle("office", "create", "lakeside", *OFFICE)
    for what in ("leads", "messages", "decisions", "events"):
        assert lines(rekindle("list", what, "--json")) == []
    export = tmp_path / "leads.csv"
    export.write_text("Name,Email,Phone\nDana Fox,dana@mail.example,(312) 555-0142\nLee Ray,lee@mail.example,\n")
    (report,) = lines(rekindle("import", str(export), "--json"))
    assert (report["created"], report["refused"]) == (2, 0)
    leads = lines(rekindle("list", "leads", "--office", "lakeside", "--json"))
    assert {lead["name"] for lead in leads} == {"Dana Fox", "Lee Ray"}
    assert leads[0]["phones"] == ["+13125550142"]
    assert len(lines(rekindle("list", "events", "--json"))) == 1
    short = rekindle("list", "leads")
    assert short.exit_code == 0
    assert "Dana Fox" in short.output


def test_decide_explains_a_lead_by_any_of_its_addresses(rekindle: Run, tmp_path: Path) -> None:
    rekindle("office", "create", "lakeside", *OFFICE)
    export = tmp_path / "leads.csv"
    export.write_text("Name,Email,Phone\nDana Fox,dana@mail.example,(312) 555-0142\n")
    rekindle("import", str(export), "--enroll", "new-buyer")
    (by_mail,) = lines(rekindle("decide", "Dana@Mail.example", "--json"))
    (by_phone,) = lines(rekindle("decide", "312-555-0142", "--json"))
    (by_id,) = lines(rekindle("decide", by_mail["lead_id"], "--json"))
    assert by_mail["lead_id"] == by_phone["lead_id"] == by_id["lead_id"]
    assert by_mail["decision"]["lines"]
    assert sum(part[1] for part in by_mail["score"]["parts"]) == by_mail["score"]["points"]
    words = rekindle("decide", "dana@mail.example", "--explain")
    assert "next: " in words.output
    assert "consent" in words.output
    for unknown in ("nobody@mail.example", "773-555-0199", str(new_id())):
        nobody = rekindle("decide", unknown)
        assert nobody.exit_code == 2
        assert "no lead with the id, phone number or e-mail address" in nobody.stderr


def test_a_wrong_merge_is_taken_back(rekindle: Run, tmp_path: Path, database_url: str) -> None:
    rekindle("office", "create", "lakeside", *OFFICE)
    export = tmp_path / "leads.csv"
    for row in ("Dana Fox,dana@mail.example,", "Dana Fox,,(312) 555-0142", "Dana Fox,dana@mail.example,(312) 555-0142"):
        export.write_text(f"Name,Email,Phone\n{row}\n")
        assert rekindle("import", str(export)).exit_code == 0
    (one,) = lines(rekindle("list", "leads", "--json"))
    (done,) = lines(rekindle("unmerge", "312-555-0142", "--json"))
    assert (done["kept"], done["kept_name"], done["addresses"]) == (one["id"], "Dana Fox", ["+13125550142"])
    phones = {lead["id"]: lead["phones"] for lead in lines(rekindle("list", "leads", "--json"))}
    assert phones == {done["kept"]: [], done["again"]: ["+13125550142"]}
    with psycopg.connect(database_url) as conn:
        asked = conn.execute("select lead_id::text from consideration where 'unmerged' = any(causes)").fetchall()
    assert {lead for (lead,) in asked} == {done["kept"], done["again"]}
    for lead, why in ((done["again"], "nothing to take back"), (str(new_id()), "no lead with the id")):
        refused = rekindle("unmerge", lead)
        assert refused.exit_code == 2
        assert why in refused.stderr


def test_an_unknown_office_is_named_with_those_there_are(rekindle: Run) -> None:
    rekindle("office", "create", "lakeside", *OFFICE)
    rekindle("office", "create", "harbor", *OFFICE)
    for arguments in (("--office", "elsewhere"), ()):
        refused = rekindle("decide", "dana@mail.example", *arguments)
        assert refused.exit_code == 2
        assert "harbor, lakeside" in refused.stderr


def test_migrate_and_doctor_say_how_things_are(rekindle: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (migrated,) = lines(rekindle("migrate", "--json"))
    assert migrated["before"] == migrated["after"]
    checks = {check["check"]: check["ok"] for check in lines(rekindle("doctor", "--json"))}
    assert checks == dict.fromkeys(checks, True)
    assert {"database", "migrations", "wall", "secret key"} <= set(checks)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    sick = rekindle("doctor", "--json")
    assert sick.exit_code == 1
    assert [c["check"] for c in map(json.loads, sick.stdout.splitlines()) if not c["ok"]] == ["database"]


def test_production_has_no_sandbox(rekindle: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_ENV", "production")
    monkeypatch.setenv("REKINDLE_SECRET_KEY", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    monkeypatch.setenv("REKINDLE_BASE_URL", "https://rekindle.example")
    refused = rekindle("office", "create", "lakeside", "--sandbox")
    assert refused.exit_code == 2
    assert "a sandbox office cannot live in production" in refused.stderr
    served = rekindle("sandbox")
    assert served.exit_code == 2
    assert "sandbox" in served.stderr


def test_a_missing_secret_is_named_and_nothing_starts(rekindle: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKINDLE_ENV", "production")
    for verb in ("web", "work", "doctor"):
        refused = rekindle(verb)
        assert refused.exit_code in {1, 2}
        assert "REKINDLE_SECRET_KEY" in refused.output


def test_people_are_added_with_their_hours_and_get_new_passwords(rekindle: Run) -> None:
    rekindle("office", "create", "lakeside", *OFFICE)
    (made,) = lines(rekindle("person", "add", "priya@lakeside.example", "--name", "Priya Raman", "--json"))
    assert made["login"] == "priya@lakeside.example"
    taken = rekindle("person", "add", "priya@lakeside.example", "--name", "Somebody")
    assert taken.exit_code == 2
    odd = rekindle("person", "hours", "priya@lakeside.example", "--hours", "Someday 9-5")
    assert odd.exit_code == 2
    assert "names no day" in odd.stderr
    assert rekindle("person", "hours", "priya@lakeside.example", "--hours", "Mon-Fri 08:00-12:00").exit_code == 0
    (reset,) = lines(rekindle("person", "password", "Priya@lakeside.example", "--json"))
    assert reset["password"] != made["password"]
    assert rekindle("person", "password", "nobody@lakeside.example").exit_code == 2


def test_an_office_is_told_what_it_cannot_do_without(rekindle: Run) -> None:
    bare = rekindle("office", "create", "bare")
    assert bare.exit_code == 0
    assert "no e-mail can leave" in bare.stderr
