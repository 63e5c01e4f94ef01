"""Columns are guessed by name and by value; cells become an enquiry, permission columns become consents."""

import csv
import io
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from rekindle.decide.words import Basis, Channel
from rekindle.providers.csv_file import chunk
from rekindle.providers.csv_file.fields import Field
from rekindle.providers.csv_file.guess import Column, MappingError, guess
from rekindle.providers.csv_file.inbound import CsvInbound
from rekindle.providers.csv_file.read import Record
from rekindle.providers.csv_file.rows import Refusal, RowReader
from rekindle.providers.ports import (
    Account,
    Enquiry,
    Event,
    GivenConsent,
    RefusedSignatureError,
    Request,
    UnparsableError,
)
from tests.conftest import NOON

ACCOUNT = Account(UUID(int=7), "import", {})
CHICAGO = ZoneInfo("America/Chicago")


def reader(rows: list[dict[str, str]], told: dict[str, str] | None = None) -> tuple[tuple[Column, ...], RowReader]:
    cells = [list(row.values()) for row in rows]
    columns = guess(list(rows[0]), cells, told or {})
    return columns, RowReader(columns, cells, zone=CHICAGO, at=NOON, enroll="none")


def read(
    row: dict[str, str], told: dict[str, str] | None = None, *, beside: list[dict[str, str]] | None = None
) -> Enquiry:
    _, rows = reader([row, *(beside or [])], told)
    made = rows.read(Record(2, list(row.values())))
    assert isinstance(made, Enquiry)
    return made


def fields(headers: str, *values: str) -> dict[str, str]:
    names = next(csv.reader(io.StringIO(headers)))
    sample = [next(csv.reader(io.StringIO(line))) for line in values]
    return {
        c.header: f"{c.field}:{c.name}" if c.field is Field.ATTRIBUTE else str(c.field)
        for c in guess(names, sample, {})
    }


def test_a_gohighlevel_export_is_understood() -> None:
    found = fields(
        "Contact Id,First Name,Last Name,Business Name,Phone,Email,Created,Last Activity,Tags,Additional Emails,"
        "Additional Phones",
        "x1,Ann,Lee,,+13125550142,ann@x.example,2026-01-02T03:04:05Z,,buyer,,",
    )
    assert list(found.values()) == [
        "external_id", "first_name", "last_name", "attribute:company", "phone", "email", "created",
        "attribute:last_contact", "tags", "email", "phone",
    ]  # fmt: skip


def test_a_follow_up_boss_export_is_understood() -> None:
    found = fields(
        "ID,Date Added,First Name,Last Name,Stage,Lead Source,Assigned To,Price,Tags,Email 1,Email 1 - Type,Phone 1,"
        "Phone 1 - Type,Phone 2,Address 1 - Street,Address 1 - City,Address 1 - State,Address 1 - Zip,Property Address,"
        "Timeframe,Last Activity,Background,Message",
        "7,1/2/2026,Ann,Lee,Hot Prospect,Zillow,Bob,450000,a,ann@x.example,home,312-555-0142,mobile,,1 Elm,Reno,NV,"
        "89501,2 Oak,0-3 Months,1/3/2026,met at fair,Is it open?",
    )
    assert list(found.values()) == [
        "external_id", "created", "first_name", "last_name", "stage", "source", "attribute:assigned_to",
        "attribute:budget", "tags", "email", "attribute:email_1_type", "phone", "attribute:phone_1_type", "phone",
        "street", "city", "state", "zip", "attribute:property_address", "attribute:timeline", "attribute:last_contact",
        "notes", "message",
    ]  # fmt: skip


def test_a_spanish_export_is_understood() -> None:
    found = fields(
        "Nombre,Apellidos,Correo electrónico,Teléfono móvil,Etapa,Fuente,Estado,Código postal,"
        "Notas,Fecha de creación,Acepta SMS,Presupuesto",
        "Ana,Ruiz,ana@x.example,312-555-0142,Nuevo,Zillow,IL,60601,llamar,3/1/2026,Sí,300000",
    )
    assert list(found.values()) == [
        "first_name", "last_name", "email", "phone", "stage", "source", "state", "zip", "notes", "created",
        "sms_consent", "attribute:budget",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "values", "column", "meaning"),
    [
        ("A,B", ["x,ann@x.example", "y,bob@x.example"], "B", "email"),  # nobody named it, its values do
        ("A,Reach", ["x,(312) 555-0142", "y,312.555.0143"], "Reach", "phone"),
        ("Email,Status", ["a@x.example,IL", "b@x.example,Texas"], "Status", "state"),
        ("Email,Estado", ["a@x.example,Nuevo", "b@x.example,Contactado"], "Estado", "stage"),
        ("Email,Type", ["a@x.example,Residential", "b@x.example,Condo"], "Type", "attribute:type"),
        ("Email,Type", ["a@x.example,Buyer", "b@x.example,Seller"], "Type", "kind"),
        ("Email,Agent Email", ["a@x.example,agent@x.example"], "Agent Email", "attribute:agent_email"),
        ("Email,Spouse Phone", ["a@x.example,312-555-0142"], "Spouse Phone", "attribute:spouse_phone"),
        ("Email,Account Number", ["a@x.example,3125550142"], "Account Number", "attribute:account_number"),
        ("Email,Email Opt Out", ["a@x.example,no"], "Email Opt Out", "dnd_email"),
        ("Email,Opted In to Texting At", ["a@x.example,1/2/2026"], "Opted In to Texting At", "consent_at"),
        ("Email,Birthday", ["a@x.example,1/2/1980"], "Birthday", "ignore"),
        ("Email,Marital Status", ["a@x.example,x"], "Marital Status", "ignore"),
        ("Created,Date Added", ["1/2/2026,1/3/2026"], "Date Added", "attribute:date_added"),  # the first keeps it
    ],
)
def test_columns_are_told_by_name_and_values_together(
    headers: str, values: list[str], column: str, meaning: str
) -> None:
    assert fields(headers, *values)[column] == meaning


def test_what_is_told_wins_and_what_cannot_be_is_refused_by_name() -> None:
    rows = [{"Email": "a@x.example", "Opted In": "yes", "Zone": "x"}]
    columns, _ = reader(rows, {"opted in": "sms_consent", "Zone": "attribute:Walk Score"})
    assert [(c.field, c.name, c.how) for c in columns[1:]] == [
        (Field.SMS_CONSENT, "opted_in", "told"),
        (Field.ATTRIBUTE, "walk_score", "told"),
    ]
    with pytest.raises(MappingError, match="no column 'Mail'; the file has: Email, Opted In, Zone"):
        reader(rows, {"Mail": "email"})
    with pytest.raises(MappingError, match="'mail' is no field; choose from: external_id, name"):
        reader(rows, {"Email": "mail"})


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "others", "instant"),
    [
        ("2026-03-05", [], utc(2026, 3, 5, 6)),  # Chicago midnight
        ("2026-03-05T10:11:12Z", [], utc(2026, 3, 5, 10, 11, 12)),
        ("2026-03-05 10:11:12 UTC", [], utc(2026, 3, 5, 10, 11, 12)),
        ("2026/3/5 10:11", [], utc(2026, 3, 5, 16, 11)),
        ("3/5/2026", [], utc(2026, 3, 5, 6)),
        ("3/5/26 2:15 PM", [], utc(2026, 3, 5, 20, 15)),
        ("03-05-2026, 12:00 am", [], utc(2026, 3, 5, 6)),
        ("3/5/2026 09:00 EST", [], utc(2026, 3, 5, 14)),
        ("3/5/2026", ["25/3/2026"], utc(2026, 5, 3, 5)),  # the column writes the day first
        ("3/5/2026", ["25/3/2026", "3/25/2026", "3/26/2026"], utc(2026, 3, 5, 6)),
        ("25/3/2026", [], utc(2026, 3, 25, 5)),  # can be read no other way
        ("Mar 5, 2026", [], utc(2026, 3, 5, 6)),
        ("Thu, 5 March 2026 10:00 AM", [], utc(2026, 3, 5, 16)),
        ("5 de marzo de 2026", [], utc(2026, 3, 5, 6)),
        ("46086", [], utc(2026, 3, 5, 6)),  # Excel's serial day
        ("1772704800", [], utc(2026, 3, 5, 10)),
        ("1772704800000", [], utc(2026, 3, 5, 10)),
        ("13/13/2026", [], None),
        ("next week", [], None),
        ("1/1/1900", [], None),
        ("1/1/2031", [], None),  # yet to come
        ("N/A", [], None),
    ],
)
def test_dates_in_every_usual_form(text: str, others: list[str], instant: datetime | None) -> None:
    beside = [{"Email": "b@x.example", "Created": other} for other in others]
    assert read({"Email": "a@x.example", "Created": text}, beside=beside).at == instant


@pytest.mark.parametrize(
    "cell", ["N/A", "n/a", " NA ", "none", "-", "--", "NULL", "#N/A", "unknown", "\u200b", "Not Provided"]
)
def test_what_stands_for_nothing_is_nothing(cell: str) -> None:
    made = read({"Email": "a@x.example", "Phone": cell, "City": cell, "Notes": cell, "SMS Consent": cell, "Zip": cell})
    assert (made.phones, made.city, made.attributes, made.consents, made.zip) == ((), "", (), (), "")


def test_people_are_really_called_null() -> None:
    made = read({"First Name": "Christopher", "Last Name": "Null", "Email": "c@x.example"})
    assert made.last_name == "Null"


def test_a_row_becomes_an_enquiry_as_it_was_written() -> None:
    made = read(
        {
            "Contact Id": "77", "Name": "O'Brien, Zoë 😀", "Email": "Zoe@X.example; z2@x.example",
            "Alt Email": "z3@x.example", "Phone": "(312) 555-0142 / 312.555.0143", "Lead Type": "Home Buyer",
            "Stage": "Hot Prospect", "Source": "Zillow", "Tags": "vip, spring", "Created": "3/5/2026 10:00",
            "Message": 'Is "it" open?\nThanks', "Notes": "calls back", "Page": "https://x.example/1",
            "Address": "12 Oak St, Unit 4, Reno, Nevada 89501-1234", "Price Range": "$300k", "Shoe Size": "9",
            "Gender": "f",
        }
    )  # fmt: skip
    assert made == Enquiry(
        external_id="", source="Zillow", name="O'Brien, Zoë 😀", first_name="", last_name="",
        emails=("Zoe@X.example; z2@x.example", "z3@x.example"), phones=("(312) 555-0142 / 312.555.0143",),
        kind="buyer", message='Is "it" open?\nThanks', page="https://x.example/1", at=utc(2026, 3, 5, 16),
        state="NV", zip="89501", city="Reno", street="12 Oak St, Unit 4",
        attributes=(
            ("budget", "$300k"), ("crm_id", "77"), ("notes", "calls back"), ("shoe_size", "9"), ("tags", "vip, spring"),
        ),
        consents=(), stage="qualified", enroll="none",
    )  # fmt: skip


def test_words_without_a_date_are_kept_but_are_no_enquiry_of_today() -> None:
    made = read({"Email": "a@x.example", "Message": "Is it open?", "Stage": "Warmish"})
    assert made.message == ""
    assert made.attributes == (("crm_stage", "Warmish"), ("message", "Is it open?"))


@pytest.mark.parametrize(
    ("cell", "financing"), [("Yes", "pre-approved"), ("no", "not pre-approved"), ("with Wells", "with Wells")]
)
def test_pre_approval_is_a_kind_of_financing(cell: str, financing: str) -> None:
    assert dict(read({"Email": "a@x.example", "Pre-Approved": cell}).attributes)["financing"] == financing


def test_a_file_may_not_write_what_the_engine_trusts() -> None:
    made = read({"Email": "a@x.example", "Appointment At": "tomorrow"})
    assert made.attributes == (("crm_appointment_at", "tomorrow"),)


@pytest.mark.parametrize(
    ("cell", "zip_code"), [("7030", "07030"), ("60601.0", "60601"), ("60601-1234", "60601"), ("501", "00501")]
)
def test_postal_codes_that_a_spreadsheet_took_for_numbers(cell: str, zip_code: str) -> None:
    assert read({"Email": "a@x.example", "Zip": cell}).zip == zip_code


def test_a_nul_byte_is_refused_with_its_row_and_column() -> None:
    _, rows = reader([{"Email": "a@x.example", "Notes": "a\x00b"}])
    assert rows.read(Record(9, ["a@x.example", "a\x00b"])) == Refusal(9, "Notes", "holds a NUL byte, which no text may")


# ------------------------------------------------------------------ consent

SMS, EMAIL = Channel.SMS, Channel.EMAIL


def said(**cells: str) -> dict[Channel, bool]:
    row = {"Email": "a@x.example", "Phone": "3125550142"} | {k.replace("_", " "): v for k, v in cells.items()}
    return {given.channel: given.granted for given in read(row).consents}


@pytest.mark.parametrize(
    ("cells", "consents"),
    [
        ({}, {}),
        ({"SMS_Consent": ""}, {}),
        ({"SMS_Consent": "Yes"}, {SMS: True}),
        ({"SMS_Consent": "✓"}, {SMS: True}),
        ({"SMS_Consent": "Opted-In"}, {SMS: True}),
        ({"SMS_Consent": "1/2/2026"}, {SMS: True}),
        ({"SMS_Consent": "No"}, {SMS: False}),
        ({"SMS_Consent": "maybe"}, {}),
        ({"SMS_Consent": "pending"}, {}),
        ({"Opted_In": "yes"}, {EMAIL: True}),  # names no channel: never a text
        ({"Opted_In": "no"}, {SMS: False, EMAIL: False}),
        ({"Opted_In": "no", "SMS_Consent": "yes"}, {SMS: False, EMAIL: False}),
        ({"Email_Opt_In": "TRUE"}, {EMAIL: True}),
        ({"Newsletter": "0"}, {EMAIL: False}),
        ({"DND": "true"}, {SMS: False, EMAIL: False}),
        ({"DND": "no"}, {}),  # not being barred is no permission
        ({"DND": "SMS"}, {SMS: False}),
        ({"DND": "Email"}, {EMAIL: False}),
        ({"DND": "sms, email"}, {SMS: False, EMAIL: False}),
        ({"DND": "see notes"}, {SMS: False, EMAIL: False}),  # in doubt a no
        ({"Do_Not_Call": "yes", "SMS_Consent": "yes"}, {SMS: False}),
        ({"Unsubscribed": "2/3/2026"}, {EMAIL: False}),
        ({"Email_Status": "Bounced"}, {EMAIL: False}),
        ({"Email_Status": "Active"}, {}),
        ({"Tags": "vip, DNC"}, {SMS: False, EMAIL: False}),
        ({"Tags": "vip, stop by the house"}, {}),
        ({"Tags": "sms opt out", "SMS_Consent": "yes"}, {SMS: False}),
        ({"Stage": "Do Not Contact", "SMS_Consent": "yes"}, {SMS: False, EMAIL: False}),
    ],
)
def test_permission_columns(cells: dict[str, str], consents: dict[Channel, bool]) -> None:
    assert said(**cells) == consents


def test_a_consent_carries_the_evidence_the_file_has() -> None:
    made = read(
        {
            "Email": "a@x.example", "SMS Consent": "Yes", "Email Opt In": "y", "Consent Date": "3/5/2026 10:00 AM",
            "Consent IP": "203.0.113.7", "Consent URL": "https://x.example/form", "Consent Text": "I agree to texts",
        }
    )  # fmt: skip
    page, ip, at = "https://x.example/form", "203.0.113.7", utc(2026, 3, 5, 16)
    assert made.consents == (
        GivenConsent(SMS, True, Basis.ATTESTED, "SMS Consent: Yes\nI agree to texts", page, ip, at),
        GivenConsent(EMAIL, True, Basis.ATTESTED, "Email Opt In: y", page, ip, at),
    )


def test_a_consent_is_never_younger_than_the_file_can_say() -> None:
    own = read({"Email": "a@x.example", "SMS Opt In": "2/1/2026", "Created": "1/5/2025"})
    record = read({"Email": "a@x.example", "SMS Opt In": "yes", "Created": "1/5/2025"})
    refusal = read({"Email": "a@x.example", "SMS Opt In": "no", "Created": "1/5/2025"})
    assert [e.consents[0].at for e in (own, record, refusal)] == [utc(2026, 2, 1, 6), utc(2025, 1, 5, 6), None]


def test_unclear_permission_is_told() -> None:
    _, rows = reader([{"Email": "a@x.example", "SMS Consent": "perhaps"}])
    rows.read(Record(2, ["a@x.example", "perhaps"]))
    rows.read(Record(3, ["a@x.example", "asked him"]))
    assert [(n.field, n.why, n.first_row, n.rows) for n in rows.notes] == [
        ("SMS Consent", "neither yes nor no: read as no permission", 2, 2)
    ]


# ------------------------------------------------------------------ chunks


def test_a_chunk_gives_back_what_was_put_in_under_names_of_content() -> None:
    made = read(
        {"Name": "Zoë 😀", "Email": "a@x.example", "SMS Consent": "1/2/2026", "Created": "1/2/2026", "Beds": "3"}
    )
    body = chunk.body([chunk.line(made), chunk.line(made)])
    first, second = CsvInbound().parse(Event("x", body, NOON), ACCOUNT)
    assert isinstance(first, Enquiry)
    assert first == second
    assert first.external_id.startswith("csv:")
    assert first == Enquiry(**{**vars(made), "external_id": first.external_id})
    other = read(
        {"Name": "Zoë 😀", "Email": "a@x.example", "SMS Consent": "1/2/2026", "Created": "1/2/2026", "Beds": "4"}
    )
    assert chunk.line(other) != chunk.line(made)


def test_the_import_source_has_no_door_to_the_outside() -> None:
    with pytest.raises(RefusedSignatureError):
        CsvInbound().verify(Request("POST", "/hooks/lakeside/import", "", {}, b"{}", NOON), ACCOUNT)
    with pytest.raises(UnparsableError):
        CsvInbound().parse(Event("x", b'{"external_id": 7}', NOON), ACCOUNT)
    with pytest.raises(UnparsableError):
        CsvInbound().parse(Event("x", b"{", NOON), ACCOUNT)
