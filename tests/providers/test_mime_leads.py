"""Notifications in every layout we know come to the lead's own details, never the portal's or the agent's."""

import pytest

from rekindle.providers import mime
from rekindle.providers.ports import Enquiry, UnparsableError
from tests.providers import mails


def enquiry(name: str) -> Enquiry:
    word = mails.said(name)
    assert isinstance(word, Enquiry)
    return word


@pytest.mark.parametrize(
    ("name", "who", "emails", "phones", "source"),
    [
        ("portal_table", "Ann Lee", ("ann.lee@mail.example",), ("(312) 555-0142",), "Zillow"),
        ("portal_lines", "Carl Diaz", ("carl.diaz@mail.example",), ("312-555-0143",), "Realtor.com"),
        ("portal_stacked", "Dora Nuñez", ("dora@mail.example",), ("(312) 555-0144",), "Homes.com"),
        ("portal_links", "Eva Stone", ("eva@mail.example",), ("+1 312 555 0145",), "Trulia"),
        ("form", "Finn O'Hara", ("finn@mail.example",), ("+1 (312) 555-0146 ext. 12",), "mail"),
        ("form_es", "José Peña", ("jose@mail.example",), ("312 555 0147",), "mail"),
        ("form_row", "Gus Hill", ("gus@mail.example",), ("312.555.0148",), "mail"),
        ("form_from", "Owen Quist", ("owen@mail.example",), (), "mail"),
        ("portal_empty_half", "Pia Rossi", (), ("312-555-0153",), "Apartments.com"),
        ("adf_attached", "Hana Ito & Sons", ("hana@mail.example",), ("312-555-0149", "312-555-0150"), "Homefinder"),
        ("adf_inline", "Ivo Jung", (), ("312-555-0151",), "mail"),
    ],
)
def test_the_leads_own_details_are_found(
    name: str, who: str, emails: tuple[str, ...], phones: tuple[str, ...], source: str
) -> None:
    found = enquiry(name)
    assert (found.name or f"{found.first_name} {found.last_name}") == who
    assert (found.emails, found.phones, found.source) == (emails, phones, source)
    assert found.at is not None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("portal_table", "I would like to see it.\nIs Saturday fine & ok?"),
        ("portal_lines", "Please send me more about this house.\nI work nights."),
        ("portal_stacked", "Is it still available?"),
        ("form", "What is my home worth?"),
        ("form_es", "¿Podemos verla mañana?"),
        ("adf_attached", "Looking for a yard & a porch."),
    ],
)
def test_what_the_lead_wrote_is_kept_line_by_line(name: str, message: str) -> None:
    assert enquiry(name).message == message


def test_what_the_enquiry_is_about_becomes_attributes() -> None:
    assert dict(enquiry("portal_table").attributes) == {
        "property": "12 Oak St, Chicago, IL 60601",
        "mls": "11223344",
        "Price": "$450,000",
    }
    assert dict(enquiry("portal_lines").attributes) == {
        "property": "40 Elm Ave, Evanston, IL 60201",
        "mls": "M-99",
        "Bedrooms": "3",
    }
    assert dict(enquiry("adf_attached").attributes) == {
        "property street": "9 Birch Ln",
        "property mlsnumber": "778899",
        "Homefinder id": "HF-7",
    }


def test_an_adf_address_is_the_leads_own() -> None:
    found = enquiry("adf_attached")
    assert (found.street, found.city, found.state, found.zip) == ("5 Ash Ct", "Skokie", "IL", "60077")
    assert found.page == "https://homefinder.example/l/7"


def test_what_somebody_wants_to_do_is_their_kind() -> None:
    assert enquiry("form").kind == "seller"


def test_a_portals_mail_that_names_nobody_goes_to_a_person() -> None:
    with pytest.raises(UnparsableError, match="could not find whom this e-mail is about"):
        mails.said("unread_portal")


def test_nobody_else_is_taken_for_the_lead() -> None:
    """The agent's and the portal's own numbers are all there is, and two unlabelled numbers are a guess."""
    for body in (
        "Agent information\nName: Bob\nPhone: 312-555-0199\nEmail: bob@lakeside.example",
        "312-555-0142\n\n312-555-0143",
        "Email: noreply@portal.example\nMessage: hello",
        "Call us at (800) 555-0100\n(800) 555-0100",
        "Name: Ann\nEmail: bob@lakeside.example",
    ):
        text = f"From: x@zillow.com\r\nTo: bob@lakeside.example\r\nSubject: New lead\r\n\r\n{body}"
        with pytest.raises(UnparsableError, match="could not find"):
            mime.words(mime.read(text.encode()), external_id="e", source="mail")


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE adf [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE adf SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE adf [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]>',
    ],
)
def test_xml_that_declares_entities_is_never_expanded(bomb: str) -> None:
    adf = (
        "<adf><prospect><customer><contact><name>&b;</name><phone>312-555-0142</phone></contact></customer></prospect>"
    )
    for source in (f"{bomb}{adf}</adf>", f"<adf>{bomb}{adf}</adf></adf>"):
        text = f"From: no-reply@router.example\r\nTo: crm@lakeside.example\r\nSubject: Lead\r\n\r\n{source}"
        with pytest.raises(UnparsableError):
            mime.words(mime.read(text.encode()), external_id="e", source="mail")
