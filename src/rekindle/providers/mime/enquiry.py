"""A notification about a person to an Enquiry; the person's own address, never the portal's or the agent's."""

import re
from urllib.parse import unquote

from rekindle.decide.words import LeadKind
from rekindle.providers.mime import addresses, adf, html, labelled, portals, quoting, text
from rekindle.providers.mime.found import Found
from rekindle.providers.mime.labels import Label
from rekindle.providers.mime.types import Mail
from rekindle.providers.ports import Enquiry

NAME_LENGTH = 200
PAGE_LENGTH = 2000
PHONE_LINE = 30
ABOUT = (Label.NAME, Label.FIRST, Label.LAST, Label.MESSAGE, Label.PROPERTY, Label.MLS)

_LINK = re.compile(r"https?://[^\s<>\"]{4,1990}")
_FOOTER = re.compile(r"unsubscribe|privacy policy|©|&copy;|copyright|darse de baja|all rights reserved", re.IGNORECASE)
_KINDS = (
    (LeadKind.RENTER, re.compile(r"\b(?:rent\w*|tenant|leas\w+|alquil\w+|arrend\w+|inquilin\w)\b", re.IGNORECASE)),
    (LeadKind.SELLER, re.compile(r"\b(?:sell\w*|vend\w+)\b", re.IGNORECASE)),
    (LeadKind.BUYER, re.compile(r"\b(?:buy\w*|purchas\w+|compr\w+)\b", re.IGNORECASE)),
)


def find(mail: Mail, *, external_id: str, source: str) -> Enquiry | None:
    """The enquiry a mail tells of; None when no e-mail address or phone number of a person is found in it."""
    found = adf.find(mail) or _labelled(mail)
    if found is None:
        return None
    emails = tuple(dict.fromkeys(e for said in found.emails for e in addresses.emails(said) if _a_leads(e, mail)))
    phones = tuple(dict.fromkeys(number for said in found.phones if (number := addresses.phone(said))))
    if not emails and not phones:
        return None
    return Enquiry(
        external_id=external_id,
        source=text.line(found.source)[:64] or portals.name_of(mail.sender) or source,
        name=text.line(found.name)[:NAME_LENGTH],
        first_name=text.line(found.first_name)[:NAME_LENGTH],
        last_name=text.line(found.last_name)[:NAME_LENGTH],
        emails=emails[:3],
        phones=phones[:3],
        kind=_kind(found.kind),
        message=found.message,
        page=found.page[:PAGE_LENGTH],
        at=mail.date,
        state=text.line(found.state)[:NAME_LENGTH],
        zip=text.line(found.zip)[:NAME_LENGTH],
        city=text.line(found.city)[:NAME_LENGTH],
        street=text.line(found.street)[:NAME_LENGTH],
        attributes=found.attributes,
        consents=(),
    )


def _labelled(mail: Mail) -> Found | None:
    """By labels, in the text or else in the HTML, whose text half many portals leave empty or cut short."""
    texts = dict.fromkeys((mail.text, html.to_text(mail.html)))
    read = [(said, labelled.read(said)) for each in texts if (said := _about_them(mail, each))]
    for _, pairs in read:
        emails, phones = _addresses(pairs)
        if emails or phones:
            return _found(mail, pairs, emails, phones)
    if portals.name_of(mail.sender) or portals.tells_of_a_lead(mail.subject):
        for said, pairs in read:
            emails, phones = _loose(mail, said)
            if emails or phones:
                return _found(mail, pairs, emails, phones)
    return None


def _addresses(pairs: labelled.Pairs) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A person's own mail with a phone number in its signature is no notification.

    A name, a message or a property beside an address makes it one.
    """
    emails = tuple(pairs.known.get(Label.EMAIL, ()))
    phones = tuple(pairs.known.get(Label.PHONE, ()))
    if not emails and pairs.first(Label.MESSAGE):
        emails = tuple(pairs.known.get(Label.FROM, ()))[:1]
    return (emails, phones) if any(pairs.first(label) for label in ABOUT) else ((), ())


def _found(mail: Mail, pairs: labelled.Pairs, emails: tuple[str, ...], phones: tuple[str, ...]) -> Found:
    return Found(
        name=pairs.first(Label.NAME) or pairs.first(Label.FROM).partition("<")[0] or _name_in(mail.subject),
        first_name=pairs.first(Label.FIRST),
        last_name=pairs.first(Label.LAST),
        emails=emails,
        phones=phones,
        message=pairs.first(Label.MESSAGE),
        kind=pairs.first(Label.KIND),
        source=pairs.first(Label.SOURCE),
        page=next(iter(_LINK.findall(pairs.first(Label.PAGE))), ""),
        attributes=_attributes(pairs),
    )


def _about_them(mail: Mail, said: str) -> str:
    """The text without what it only quotes: the answer to a notification is not another one."""
    if mail.header("in-reply-to") and quoting.answers(said):
        return quoting.new_text(said)
    return "\n".join(line for line in said.split("\n") if not line.startswith(">"))


def _attributes(pairs: labelled.Pairs) -> tuple[tuple[str, str], ...]:
    """What it is about, and every label we do not know: what the portal told, a person may want to read."""
    said = {str(label): pairs.first(label)[:1000] for label in (Label.PROPERTY, Label.MLS) if pairs.first(label)}
    return tuple((said | {name[:64]: value for name, value in pairs.others.items() if name not in said}).items())


def _loose(mail: Mail, said: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Without labels: links to write or call, lines that are nothing but an address or a number, Reply-To.

    Only one of each kind may be left once the portal's and the office's own are set aside; two are a guess.
    """
    body = _FOOTER.split(said, maxsplit=1)[0]
    linked = [unquote(link) for link in html.links(_FOOTER.split(mail.html, maxsplit=1)[0])]
    lines = [line.strip() for line in body.split("\n")[:500]]
    emails = [
        *(e for link in linked if link.lower().startswith("mailto:") for e in addresses.emails(link.partition("?")[0])),
        *(line for line in lines if addresses.emails(line) == (line,)),
        *addresses.emails(mail.header("reply-to")),
    ]
    phones = [
        *(link[4:] for link in linked if link.lower().startswith("tel:") and addresses.phone_like(link[4:])),
        *(line for line in lines if 0 < len(line) < PHONE_LINE and addresses.phone(line) == line),
    ]
    one_email = {e.lower(): e for e in emails if _a_leads(e, mail) and not portals.name_of(e)}
    one_phone = {addresses.digits(p): p for p in phones if not addresses.toll_free(p)}
    return (
        tuple(one_email.values()) if len(one_email) == 1 else (),
        tuple(one_phone.values()) if len(one_phone) == 1 else (),
    )


def _a_leads(address: str, mail: Mail) -> bool:
    """Not the portal's, not a machine's, not one the notification was sent to."""
    lower = address.lower()
    portal = portals.name_of(mail.sender)
    own = {to.lower() for to in mail.to}
    return lower not in own and not addresses.unread(lower) and not (portal and lower == mail.sender.lower())


_IN_SUBJECT = re.compile(
    r"^(?:re: |fwd?: |new (?:lead|inquiry|message)(?: from)?:? )*([^\W\d_][\w'’. -]{1,60}?)"
    r" (?:is (?:requesting|interested)|would like|wants|est[aá] interesad[oa]|solicita)\b",
    re.IGNORECASE,
)


def _name_in(subject: str) -> str:
    match = _IN_SUBJECT.match(subject)
    return match[1] if match else ""


def _kind(said: str) -> str:
    """The lead's kind as one of our words; empty when it is not clearly one of them."""
    found = [str(kind) for kind, words in _KINDS if words.search(said)]
    return found[0] if len(found) == 1 else ""
