"""Whatever a lead's details are: written in a layout we know, they are read back exactly."""

from dataclasses import dataclass
from email.message import EmailMessage
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rekindle.providers import mime
from rekindle.providers.mime import labels
from rekindle.providers.ports import Enquiry

WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzáéñü", min_size=2, max_size=8)
FORMATS = ("({0}) {1}-{2}", "{0}-{1}-{2}", "+1 {0} {1} {2}", "{0}.{1}.{2}", "1{0}{1}{2}")
STYLES = ("colon", "spaced", "stacked", "table", "html_lines", "row", "spanish", "starred")


@dataclass(frozen=True)
class Details:
    name: str
    email: str
    phone: str
    message: str


@st.composite
def details(draw: st.DrawFn) -> Details:
    first, last = draw(WORD).capitalize(), draw(WORD).capitalize()
    lines = draw(st.lists(st.lists(WORD, min_size=3, max_size=6).map(" ".join), min_size=1, max_size=3))
    lines = [line for line in lines if labels.section(line) is None] or ["hello out there"]
    number = f"{draw(st.integers(100, 199)):04}"
    return Details(
        name=f"{first} {last}",
        email=f"{draw(st.from_regex('[a-z][a-z0-9]{1,9}', fullmatch=True))}.q@mail.example",
        phone=draw(st.sampled_from(FORMATS)).format(draw(st.sampled_from(("312", "773", "212"))), "555", number),
        message="\n".join(lines),
    )


def written(who: Details, style: str) -> tuple[str, str]:
    """Kind of text, and the text."""
    pairs = {"Name": who.name, "Email": who.email, "Phone": who.phone, "Message": who.message}
    plain = {"colon": "{}: {}", "starred": "* *Lead {}:* {}", "spaced": "Customer {} : {}\n", "stacked": "{}\n{}\n"}
    rich = {"table": "<tr><td><b>{}:</b></td><td>{}</td></tr>", "html_lines": "<p><strong>{}:</strong> {}</p>"}
    if style == "spanish":
        pairs = dict(zip(("Nombre", "Correo electrónico", "Teléfono", "Mensaje"), pairs.values(), strict=True))
    if style == "row":
        heads = "".join(f"<th>{label}</th>" for label in pairs)
        cells = "".join(f"<td>{value.replace(chr(10), ' ')}</td>" for value in pairs.values())
        return "html", f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"
    if style in rich:
        return "html", "".join(rich[style].format(label, _br(value)) for label, value in pairs.items())
    return "plain", "\n".join(plain.get(style, plain["colon"]).format(label, value) for label, value in pairs.items())


def _br(value: str) -> str:
    return value.replace("\n", "<br/>")


@pytest.mark.parametrize("style", STYLES)
@settings(deadline=None)
@given(who=details())
def test_details_written_in_a_known_layout_are_read_back(style: str, who: Details) -> None:
    kind, body = written(who, style)
    head = "From: web@lakeside.example\nTo: office@lakeside.example\nSubject: Contact form\nContent-Type: text/"
    raw = f"{head}{kind}; charset=utf-8\n\n{body}\n".encode()
    [word] = mime.words(mime.read(raw), external_id="e", source="mail")
    assert isinstance(word, Enquiry)
    message = who.message.replace("\n", " ") if style == "row" else who.message
    assert (word.name, word.emails, word.phones) == (who.name, (who.email,), (who.phone,))
    assert word.message == message


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)


@settings(deadline=None)
@given(who=details(), said=TEXT, attached=st.booleans())
def test_details_written_as_adf_are_read_back(who: Details, said: str, attached: bool) -> None:
    adf = (
        f"<?xml version='1.0'?><adf><prospect><customer><contact><name part='full'>{escape(who.name)}</name>"
        f"<email>{who.email}</email><phone type='cellphone'>{who.phone}</phone></contact>"
        f"<comments>{escape(said)}</comments></customer></prospect></adf>"
    )
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "no-reply@router.example", "crm@lakeside.example", "Lead"
    mail.set_content("Attached." if attached else adf)
    if attached:
        mail.add_attachment(adf.encode(), maintype="application", subtype="xml", filename="lead.adf")
    [word] = mime.words(mime.read(mail.as_bytes()), external_id="e", source="mail")
    assert isinstance(word, Enquiry)
    assert (word.name, word.emails, word.phones) == (who.name, (who.email,), (who.phone,))
    assert word.message == said
