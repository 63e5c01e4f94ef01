"""What a sender's domain hints at: a name for the source, never a reason to believe the mail."""

import re

_NAMES = {
    "zillow.com": "Zillow",
    "trulia.com": "Trulia",
    "hotpads.com": "HotPads",
    "realtor.com": "Realtor.com",
    "move.com": "Realtor.com",
    "homes.com": "Homes.com",
    "apartments.com": "Apartments.com",
    "redfin.com": "Redfin",
}
_NEW_LEAD = re.compile(
    r"\bnew (?:\w+ ){0,3}(?:lead|inquiry|enquiry|contact|prospect)\b|\blead (?:notification|alert|from)\b"
    r"|\b(?:is )?(?:requesting|would like) (?:more )?(?:information|an application|a (?:tour|showing|viewing))\b"
    r"|\bis interested in\b|\b(?:property|contact|web ?site|listing|showing|tour) (?:inquiry|enquiry|request|form)\b"
    r"|\b(?:form|contact) submission\b|\bnuev[oa] (?:cliente|contacto|consulta|solicitud|prospecto)\b"
    r"|\bsolicit[au]d? (?:de )?informaci[oó]n\b|\best[aá] interesad[oa]\b",
    re.IGNORECASE,
)


def name_of(sender: str) -> str:
    """The portal's name by its domain or one below it; empty for all others."""
    domain = sender.rpartition("@")[2].lower()
    return next((name for known, name in _NAMES.items() if domain == known or domain.endswith("." + known)), "")


def tells_of_a_lead(subject: str) -> bool:
    """Whether a subject says that somebody new asks."""
    return bool(_NEW_LEAD.search(subject))
