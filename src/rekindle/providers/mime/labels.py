"""The labels notifications put before what they say, in English and Spanish: the vocabulary, and nothing else."""

import re
import unicodedata
from enum import StrEnum


class Label(StrEnum):
    """What the text behind a label is."""

    NAME = "name"
    FIRST = "first_name"
    LAST = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    MESSAGE = "message"
    PROPERTY = "property"
    MLS = "mls"
    KIND = "kind"
    SOURCE = "source"
    PAGE = "page"
    FROM = "from"  # name and address at once, as some form plug-ins write them
    AGENT = "agent"  # somebody of ours: never the lead


_WORDS = {
    Label.NAME: "name|full name|your name|nombre|nombre completo|nombre y apellido|nombre y apellidos|su nombre",
    Label.FIRST: "first name|first|given name|primer nombre|nombres",
    Label.LAST: "last name|last|surname|family name|apellido|apellidos",
    Label.EMAIL: "email|e mail|email address|e mail address|your email|your email address|correo|correo electronico"
    "|su correo|direccion de correo|direccion de correo electronico",
    Label.PHONE: "phone|phone number|telephone|telephone number|tel|mobile|mobile phone|mobile number|cell|cell phone"
    "|cell number|home phone|work phone|day phone|daytime phone|evening phone|your phone|best number|telefono"
    "|numero de telefono|celular|movil|telefono movil|telefono celular|su telefono",
    Label.FROM: "from|de",
    Label.MESSAGE: "message|message body|message text|your message"
    "|comments|comment|additional comments|question|questions|inquiry|enquiry|note"
    "|notes|mensaje|su mensaje|comentario|comentarios|consulta|pregunta",
    Label.PROPERTY: "property|property address|address|listing|listing address|home|home of interest"
    "|property of interest|regarding|interested in|propiedad|direccion|direccion de la propiedad|inmueble|vivienda",
    Label.MLS: "mls|mls number|mls id|mls no|listing id|listing number|numero de mls|numero mls",
    Label.KIND: "lead type|type of lead|i am a|i want to|i would like to|looking to|inquiry type|tipo|tipo de cliente"
    "|quiero|deseo|type",
    Label.SOURCE: "source|lead source|provider|fuente|origen",
    Label.PAGE: "page|url|link|listing url|property url|page url|enlace|pagina",
}
LABELS = {word: label for label, words in _WORDS.items() for word in words.split("|")}

# "Buyer name", "Lead's phone", "Nombre del cliente" are the lead's too; the same of an agent is not.
_LEADS = re.compile(
    r"^(?:the )?(?:lead|buyer|seller|renter|customer|client|consumer|prospect|contact|user|sender|visitor|guest)s? "
    r"|^(?:de |del )|(?: (?:de contacto|del? (?:client[ea]|comprador[a]?|vendedor[a]?|interesad[oa]|prospecto)))$"
)
_AGENTS = re.compile(
    r"^(?:your |the |listing |buyers |sellers |su )?(?:agent|broker|brokerage|realtor|team|office|company|assigned"
    r"|agente|corredor|asesor|agencia|inmobiliaria|owner|landlord|recipient)\b|\b(?:agente|corredor|asesor|agencia)$"
    r"|^(?:listed|presented|offered) by\b|^to agent\b"
)
_AGENT_SECTION = re.compile(
    r"^(?:your |the |listing |buyers |sellers |su |datos del? |informacion del? )?"
    r"(?:agent|broker|realtor|agente|corredor|asesor)(?: (?:information|info|details|contact|data))?$"
    r"|^(?:listed|presented|offered) by$"
)
_LEAD_SECTION = re.compile(
    r"^(?:contact|lead|buyer|consumer|customer|client|prospect|renter|inquiry|seller)(?:s)? "
    r"(?:information|info|details|data)$|^(?:datos|informacion)(?: de contacto| del? \w+)?$|^new (?:lead|inquiry)$"
)
_NOISE = re.compile(r"[^\w ]+|_")
LONGEST = 40


def plain(written: str) -> str:
    """A label's letters: no accents, no punctuation, lower case."""
    if len(written) > LONGEST:
        return ""
    letters = "".join(c for c in unicodedata.normalize("NFKD", written) if not unicodedata.combining(c))
    return " ".join(_NOISE.sub(" ", letters.replace("'", "").replace("’", "")).lower().split())


def known(written: str) -> Label | None:
    """What stands behind this label; None when it is none we know."""
    word = plain(written)
    if not word:
        return None
    if word in LABELS:
        return LABELS[word]
    if _AGENTS.search(word):
        return Label.AGENT
    return LABELS.get(_LEADS.sub("", word))


def section(written: str) -> Label | None:
    """AGENT when a heading begins the part about an agent, NAME when it begins the part about the lead."""
    word = plain(written.strip().rstrip(":"))
    if _AGENT_SECTION.search(word):
        return Label.AGENT
    return Label.NAME if _LEAD_SECTION.search(word) else None
