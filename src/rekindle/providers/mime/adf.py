"""ADF 1.0 (Auto-lead Data Format): the XML many portals and lead tools mail to a CRM.

Entities and document types are refused before they are read: they are how XML attacks its reader, and ADF has none.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from rekindle.providers.mime import text
from rekindle.providers.mime.found import Found
from rekindle.providers.mime.types import Mail

LARGEST = 1_000_000
DEEPEST = 30
MOST = 2000  # elements
FIELD_LENGTH = 5000

_ADF = re.compile(r"<adf[\s>]", re.IGNORECASE)  # past the declarations, which half of the senders write wrongly
_PHONES = ("cellphone", "mobile", "phone", "voice", "home", "day", "evening", "work")
_ODD = ("vehicle", "property", "realestate", "home", "listing")


@dataclass
class Element:
    """An XML element: names in lower case, attributes, direct text and children."""

    name: str
    attributes: dict[str, str]
    said: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return text.lines("".join(self.said)).strip()[:FIELD_LENGTH]

    def all(self, name: str) -> list["Element"]:
        return [child for child in self.children if child.name == name]

    def first(self, *path: str) -> "Element":
        """The element down this path; an empty one when there is none."""
        here = self
        for name in path:
            here = next(iter(here.all(name)), Element(name, {}))
        return here


class _RefusedError(Exception):
    """The XML holds what ADF never does."""


def find(mail: Mail) -> Found | None:
    """The first prospect in a part or in the text of the mail; None when there is no ADF that can be read."""
    attached = [
        text.decoded(part.body[:LARGEST], "utf-8")
        for part in mail.attachments
        if "xml" in part.content_type or part.name.lower().endswith((".xml", ".adf"))
    ]
    for source in (*attached, mail.text, mail.html):
        begin = _ADF.search(source[:LARGEST])
        end = source.lower().rfind("</adf>")
        if begin and end > begin.start():
            root = _tree(source[begin.start() : end + len("</adf>")])
            if root is not None:
                return _prospect(root)
    return None


def _tree(source: str) -> Element | None:
    parser = expat.ParserCreate("utf-8")
    top = Element("", {})
    path = [top]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(path) > DEEPEST or count > MOST:
            raise _RefusedError
        made = Element(name.lower(), {key.lower(): value for key, value in attributes.items()})
        path[-1].children.append(made)
        path.append(made)

    def said(data: str) -> None:
        path[-1].said.append(data)

    def refuse(*_: object) -> int:
        raise _RefusedError

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = said
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    try:
        parser.Parse(source.encode("utf-8", "replace"), True)  # noqa: FBT003 expat's own
    except (expat.ExpatError, _RefusedError, ValueError):
        return None
    return top.first("adf")


def _prospect(root: Element) -> Found:
    prospect = root.first("prospect")
    customer = prospect.first("customer")
    contact = customer.first("contact") if customer.all("contact") else prospect.first("contact")
    address = contact.first("address")
    names = {name.attributes.get("part", "full").lower(): name.text for name in contact.all("name")}
    name = " ".join(part for part in (names.get("first"), names.get("middle"), names.get("last")) if part)
    return Found(
        name=names.get("full", "") or name,
        first_name=names.get("first", ""),
        last_name=names.get("last", ""),
        emails=tuple(e.text for e in contact.all("email") if e.text),
        phones=_phones(contact),
        message=customer.first("comments").text or prospect.first("comments").text,
        kind=prospect.first("customer", "timeframe", "description").text,
        street=", ".join(line.text for line in address.all("street") if line.text),
        city=address.first("city").text,
        state=address.first("regioncode").text,
        zip=address.first("postalcode").text,
        source=prospect.first("provider", "name").text or prospect.first("provider", "service").text,
        page=prospect.first("provider", "url").text,
        attributes=_odd(prospect),
    )


def _phones(contact: Element) -> tuple[str, ...]:
    """Mobile numbers first, a fax never."""
    found = [phone for phone in contact.all("phone") if phone.text and phone.attributes.get("type") != "fax"]
    order = {kind: place for place, kind in enumerate(_PHONES)}
    found.sort(key=lambda phone: order.get(phone.attributes.get("type", "phone"), len(order)))
    return tuple(phone.text for phone in found)


def _odd(prospect: Element) -> tuple[tuple[str, str], ...]:
    """What the person asks about: flat fields of the property, whatever a portal calls it."""
    found: dict[str, str] = {}
    for name in _ODD:
        for child in prospect.first(name).children:
            said = child.text or ", ".join(inner.text for inner in child.children if inner.text)
            if said:
                found.setdefault(f"property {child.name}"[:64], said[:1000])
    for each in prospect.all("id"):
        if each.text:
            found.setdefault(f"{each.attributes.get('source', 'prospect')} id"[:64], each.text[:1000])
    return tuple(list(found.items())[:40])
