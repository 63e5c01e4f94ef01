"""Messages from templates: strict, identified, and with the way out."""

import pytest

from rekindle.content.compose import RATES, STOP, compose
from rekindle.content.fields import readable, tidy, values
from rekindle.content.install import builtin, parse
from rekindle.content.render import BadTemplateError, fill
from rekindle.content.types import Known, Template
from rekindle.decide.words import Channel

LINK = "https://lakeside.example/u/abc"
KNOWN = Known(
    first_name="ANA",
    last_name="GARCIA",
    phone="+13125550142",
    city="Oak Park",
    attributes=(("timeline", "3 months"),),
    office_name="Lakeside Team",
    brokerage="Lakeside Realty LLC",
    office_phone="+13125550100",
    office_address="1 Lake St, Chicago IL 60601",
)
FIELDS = values(KNOWN, unsubscribe_url=LINK)


def sms(body: str) -> Template:
    return Template("t", 1, Channel.SMS, None, body)


def email(body: str, subject: str = "Hello") -> Template:
    return Template("t", 1, Channel.EMAIL, subject, body)


@pytest.mark.parametrize(
    ("text", "made", "missing"),
    [
        ("Hi {{ lead.first_name }}", "Hi Ana", ()),
        ("Hi {{contact.first_name}} in {{ contact.city }}", "Hi Ana in Oak Park", ()),
        ("{{ location.name }} / {{ office.brokerage }}", "Lakeside Team / Lakeside Realty LLC", ()),
        ("{{ lead.timeline }} {{ lead.attributes.timeline }}", "3 months 3 months", ()),
        ("{{ lead.area }}", "Oak Park", ()),
        ("At {{ lead.property_address }}", "At", ("lead.property_address",)),
        ("{{ agent.name }} {{ agent.phone | upcase }}", "", ("agent.name", "agent.phone")),
        ("{{ agent.name | default: office.name }}", "Lakeside Team", ()),
        ("{% if lead.property_address %}at {{ lead.property_address }}{% else %}here{% endif %}", "here", ()),
        ("{% for x in lead.wishes %}{{ x }}{% endfor %}", "", ()),
        ("{{ custom_values.promo }}", "", ("custom_values",)),
    ],
)
def test_fields_are_filled_or_named(text: str, made: str, missing: tuple[str, ...]) -> None:
    assert fill(text, FIELDS) == (made, missing)


@pytest.mark.parametrize(
    "planted",
    [
        "https://win.example/now",
        "WWW.win.example",
        "call win@mail.example",
        "Ana\nYour parcel waits",
        "Ana\rpay",
        "Ana\u2028pay",
        "\u202eana",
        "Ana\x00",
        "<b>Ana</b>",
        "[Ana](win)",
        "{{ office.phone }}",
        "a" * 61,
    ],
)
def test_a_stranger_cannot_write_our_texts_through_a_form(planted: str) -> None:
    known = Known(
        first_name=planted,
        last_name=planted,
        street=planted,
        city=planted,
        attributes=(("area", planted), ("property", planted), ("timeline", planted)),
        office_name="Lakeside [Team]",
    )
    fields = values(known, unsubscribe_url=LINK)
    for name in ("first_name", "last_name", "name", "city", "area", "property_address", "address1", "timeline"):
        assert fill(f"{{{{ lead.{name} }}}}", fields) == ("", (f"lead.{name}",))
    assert fill("{{ lead.attributes.timeline }}", fields) == ("", ("lead.attributes.timeline",))
    assert fill("Hi {{ lead.first_name | default: 'there' }}", fields) == ("Hi there", ())
    assert fill("{{ office.name }}", fields) == ("Lakeside [Team]", ())  # the office's own words are its own


def test_names_are_short_and_places_may_be_longer() -> None:
    known = Known(first_name="a" * 41, last_name="O'Neil-Müller", attributes=(("property", "1 " + "a" * 58),))
    fields = values(known, unsubscribe_url=LINK)
    assert fill("{{ lead.name }}", fields) == ("O'Neil-Müller", ())
    assert fill("{{ lead.first_name }}", fields) == ("", ("lead.first_name",))
    assert fill("{{ lead.property_address }}", fields) == ("1 " + "a" * 58, ())


def test_a_template_that_is_not_liquid_is_refused_by_line() -> None:
    with pytest.raises(BadTemplateError):
        fill("{% if lead.first_name %}open", FIELDS)
    with pytest.raises(BadTemplateError, match="greeting: "):
        parse("- {name: greeting, channel: sms, body: 'Hi {{ lead.first_name | nosuchfilter'}")


def test_a_runaway_loop_is_stopped() -> None:
    with pytest.raises(BadTemplateError):
        fill("{% for a in (1..100) %}{% for b in (1..100) %}x{% endfor %}{% endfor %}", FIELDS)


def test_the_first_text_says_who_writes_and_how_to_stop() -> None:
    made = compose(sms("Are you still looking?"), FIELDS, first=True)
    assert made.body == f"Are you still looking? Lakeside Team with Lakeside Realty LLC. {RATES} {STOP}"
    assert compose(sms("Are you still looking?"), FIELDS, first=False).body == "Are you still looking?"


def test_a_text_that_introduces_itself_is_not_introduced_twice() -> None:
    made = compose(sms("This is Kim with {{ office.brokerage }}. Reply STOP to opt out."), FIELDS, first=True)
    assert made.body == "This is Kim with Lakeside Realty LLC. Reply STOP to opt out."


def test_every_email_carries_brokerage_postal_address_and_the_way_out() -> None:
    made = compose(email("Good morning"), FIELDS, first=False)
    assert all(part in made.body for part in ("Lakeside Realty LLC", "1 Lake St, Chicago IL 60601", LINK))
    assert (made.subject, made.segments, made.missing) == ("Hello", 0, ())


def test_an_office_without_postal_address_sends_no_email() -> None:
    fields = values(Known(office_name="A", brokerage="B"), unsubscribe_url=LINK)
    assert compose(email("Good morning"), fields, first=False).missing == ("office.address",)


def test_an_office_without_brokerage_sends_no_first_text() -> None:
    fields = values(Known(office_name="A"), unsubscribe_url=LINK)
    assert compose(sms("Hello"), fields, first=True).missing == ("office.brokerage",)


def test_a_subject_cannot_break_its_line() -> None:
    assert compose(email("x", subject="One\n  two {{ lead.first_name }}"), FIELDS, first=False).subject == "One two Ana"


def test_numbers_and_names_are_written_as_people_write_them() -> None:
    assert readable("+13125550142") == "(312) 555-0142"
    assert readable("+442079460000") == "+442079460000"
    assert [tidy(n) for n in ("ANA", "ana maria", "McKay", "DeShawn")] == ["Ana", "Ana Maria", "McKay", "DeShawn"]


@pytest.mark.parametrize("template", builtin(), ids=lambda t: t.name)
@pytest.mark.parametrize(
    "known", [KNOWN, Known(office_name="O", brokerage="B", office_address="A")], ids=["full", "bare"]
)
def test_built_in_templates_always_render_short_and_calm(template: Template, known: Known) -> None:
    made = compose(template, values(known, unsubscribe_url=LINK), first=True)
    assert made.missing == ()
    assert "!" not in made.body + (made.subject or "")
    assert "{{" not in made.body
    assert "  " not in made.body
    assert made.segments <= 3
