"""`rekindle import` as a person uses it: preview, dry run, refusals to mend, exit codes, one JSON object."""

import asyncio
import csv
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from rekindle.cli import app
from rekindle.cli.context import Wiring
from rekindle.kit import db as kit_db
from rekindle.main import providers, sandbox
from tests.conftest import make_office

PEOPLE = "Full Name;Phone;E-mail;SMS Consent\nAnn Lee;(312) 555-0142;n/a;yes\nBo Diaz;call me;bo at x;\nCy Eze;;;no\n"


@pytest.fixture
def database(database_url: str) -> str:
    """The URL of a database with the office `lakeside`."""

    async def make() -> None:
        async with kit_db.connect(database_url) as db:
            await make_office(db, "lakeside")

    asyncio.run(make())
    return database_url


def rekindle(database: str, home: Path, *words: str, fed: str | None = None) -> Result:
    return CliRunner().invoke(
        app,
        ["import", *words],
        obj=Wiring(providers, sandbox),
        env={"DATABASE_URL": database, "REKINDLE_HOME": str(home), "COLUMNS": "160"},
        input=fed,
    )


def leads(database: str) -> list[str]:
    async def read() -> list[str]:
        async with kit_db.connect(database) as db, db.plain() as conn:
            await conn.execute("select set_config('rekindle.office_id', office_id::text, true) from all_offices()")
            cursor = await conn.execute("select name from lead order by name")
            return [row["name"] async for row in cursor]

    return asyncio.run(read())


def test_a_dry_run_shows_everything_and_changes_nothing(database: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    result = rekindle(database, home, str(file), "--dry-run")
    assert result.exit_code == 3
    assert "utf-8, semicolon-separated, 4 columns" in result.stderr
    assert "sms_consent" in result.stderr
    assert "(312) 555-0142 · call me" in result.stderr
    assert "3 rows: 1 can be imported, 2 refused" in result.stdout
    assert "nothing was changed" in result.stdout
    assert leads(database) == []
    assert list(tmp_path.glob("*.refused.csv")) == []


def test_refused_rows_are_mended_in_their_file_and_imported_again(database: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    result = rekindle(database, home, str(file), "--office", "lakeside")
    assert result.exit_code == 3
    assert "1 created" in result.stdout
    assert "nothing will be sent to these people until they are enrolled" in result.stdout
    refused = tmp_path / "people.csv.refused.csv"
    rows = list(csv.reader(refused.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    why = "'bo at x' is not an e-mail address; 'call me' is not a phone number that can be reached"
    assert rows == [
        ["why", "Full Name", "Phone", "E-mail", "SMS Consent"],
        [
            f"row 3: E-mail / Phone: {why}",
            "Bo Diaz", "call me", "bo at x", "",
        ],
        ["row 4: E-mail / Phone: no e-mail address and no phone number", "Cy Eze", "", "", "no"],
    ]  # fmt: skip

    refused.write_text(refused.read_text(encoding="utf-8-sig").replace("bo at x", "bo@x.example"))
    half = rekindle(database, home, str(refused))
    assert half.exit_code == 3
    still = tmp_path / "people.csv.refused.csv.refused.csv"
    mended = still.read_text(encoding="utf-8-sig").replace("Cy Eze;;", "Cy Eze;;cy@x.example")
    assert mended.count("why") == 1
    still.write_text(mended)
    whole = rekindle(database, home, str(still))
    assert whole.exit_code == 0
    assert leads(database) == ["Ann Lee", "Bo Diaz", "Cy Eze"]

    again = rekindle(database, home, str(file))
    assert "nothing new in this file: nothing was changed" in again.stdout
    assert leads(database) == ["Ann Lee", "Bo Diaz", "Cy Eze"]
    # What somebody mended is not written over; the same refusals twice are one file.
    assert "bo@x.example" in refused.read_text()
    rekindle(database, home, str(file))
    assert sorted(p.name for p in tmp_path.glob("people.csv.refused*")) == [
        "people.csv.refused.2.csv",
        "people.csv.refused.csv",
        "people.csv.refused.csv.refused.csv",
    ]


def test_json_is_one_object_and_nothing_else(database: str, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    result = rekindle(database, home, str(file), "--json")
    told = orjson.loads(result.stdout)
    assert (told["rows"], told["created"], told["merged"], told["unchanged"], told["refused"]) == (3, 1, 0, 0, 2)
    assert told["refused_file"] == f"{file}.refused.csv"
    assert [(r["row"], r["field"]) for r in told["refusals"]] == [(3, "E-mail / Phone"), (4, "E-mail / Phone")]
    assert {c["column"]: c["field"] for c in told["columns"]}["SMS Consent"] == "sms_consent"


def test_standard_input_and_a_map(database: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fed = "Person,Line,Walk\nAnn Lee,312-555-0142,77\n"
    result = rekindle(
        database, home, "-", "--map", "Person=name,Line=phone,Walk=attribute:walk score", "--json", fed=fed
    )
    assert result.exit_code == 0
    assert [c["field"] for c in orjson.loads(result.stdout)["columns"]] == ["name", "phone", "attribute"]
    assert leads(database) == ["Ann Lee"]
    by_file = tmp_path / "map.yaml"
    by_file.write_text("Person: name\nLine: phone\nWalk: ignore\n")
    assert rekindle(database, home, "-", "--map", str(by_file), "--json", fed=fed.replace("Ann", "Bo")).exit_code == 0


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (b"", [], "the file is empty"),
        (b"PK\x03\x04", [], "Excel workbook"),
        (b"Name,Age\nAnn,7\n", [], "name one with --map 'COLUMN=email'"),
        (b"Name,Phone\nAnn,7\n", ["--map", "Fone=phone"], "there is no column 'Fone'"),
        (b"Name,Phone\nAnn,7\n", ["--map", "Phone=fone"], "'fone' is no field"),
        (b"Name,Phone\nAnn,7\n", ["--map", "nowhere.yaml"], "cannot be read"),
        (b"Name,Phone\nAnn,7\n", ["--office", "elsewhere"], "no office named elsewhere"),
        (b"Name,Phone\nAnn,7\n", ["--enroll", "nowhere"], "no active sequence named 'nowhere'"),
    ],
)
def test_an_unusable_file_or_wish_is_exit_2_and_one_line(  # noqa: PLR0917 fixtures and a table
    database: str, home: Path, tmp_path: Path, content: bytes, words: list[str], said: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    result = rekindle(database, home, str(file), *words)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert leads(database) == []


def test_a_file_that_is_not_there(database: str, home: Path) -> None:
    result = rekindle(database, home, "nowhere.csv")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
