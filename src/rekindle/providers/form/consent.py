"""The tick boxes of a form as consents with their evidence."""

import ipaddress

from rekindle.decide.words import Basis, Channel
from rekindle.providers.form.reading import Fields
from rekindle.providers.ports import GivenConsent

TEXT_LIMIT = 2000
URL_LIMIT = 2000
IP_LIMIT = 45


def read(fields: Fields, *, has_email: bool) -> tuple[GivenConsent, ...]:
    """One entry a channel the person spoke about; an e-mail address given to ask something may be answered."""
    given = fields.inner("consent") or Fields({}, fields.errors, "consent.")
    evidence = {
        "text": given.text("text", limit=TEXT_LIMIT),
        "url": given.text("url", limit=URL_LIMIT),
        "ip": _ip(given),
    }
    at = given.instant("at")
    sms = given.flag("sms")
    email = given.flag("email")
    consents: list[GivenConsent] = []
    if sms is not None:
        consents.append(GivenConsent(Channel.SMS, granted=sms, basis=Basis.WRITTEN, at=at, **evidence))
    if email is not None:
        consents.append(GivenConsent(Channel.EMAIL, granted=email, basis=Basis.GIVEN, at=at, **evidence))
    elif has_email:
        consents.append(GivenConsent(Channel.EMAIL, granted=True, basis=Basis.INQUIRY, at=at, **evidence))
    return tuple(consents)


def _ip(given: Fields) -> str:
    text = given.text("ip", limit=IP_LIMIT)
    if not text:
        return ""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        given.wrong("ip", "must be an IPv4 or IPv6 address")
        return ""
