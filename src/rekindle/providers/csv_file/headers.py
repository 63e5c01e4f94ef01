"""A column's name to its meaning: exactly as listed, else by the words in it."""

import re
import unicodedata

from rekindle.providers.csv_file.fields import Field
from rekindle.providers.csv_file.vocabulary import inverted, vocabulary

SURE, LIKELY = 1.0, 0.7

_FIELD_OF = {name: Field(key) for name, key in inverted(vocabulary()["fields"]).items()}
_ATTRIBUTE_OF = inverted(vocabulary()["attributes"])
_NOT_THE_LEAD = frozenset(vocabulary()["not_the_lead"])
_PROOF = {
    Field.CONSENT_AT: {"date", "time", "timestamp", "at", "when", "fecha"},
    Field.CONSENT_IP: {"ip"},
    Field.CONSENT_URL: {"url", "page", "link", "form", "source"},
    Field.CONSENT_TEXT: {"language", "wording", "disclosure"},
}
# Words that name an address, and words beside them that say it is something about the address instead.
_ADDRESSES = (
    (Field.PHONE, {"phone", "mobile", "cell", "telefono", "celular", "movil"}, {"status", "carrier", "valid", "ext"}),
    (Field.EMAIL, {"email", "correo"}, {"status", "date", "last", "sent", "opened", "opens", "clicks", "count"}),
    (Field.NOTES, {"notes", "comments", "notas", "comentarios"}, {"date", "count"}),
    (Field.MESSAGE, {"message", "mensaje"}, {"date", "last", "sent", "count"}),
)


def plain_name(header: str) -> str:
    """A header as words.yaml has them: lower case, no accents, one space between words, no counter."""
    parted = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))
    words = re.sub(r"[^a-z0-9]+", " ", parted.encode("ascii", "ignore").decode().lower()).split()
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    if len(words) > 2 and words[1].isdigit():  # noqa: PLR2004 Follow Up Boss: "Address 1 - City"
        words.pop(1)
    return " ".join(words)


def meaning(name: str) -> tuple[Field, str, float]:
    """Field, attribute name and how surely, of a plain name; (ATTRIBUTE, "", 0) when it says nothing."""
    if name in _FIELD_OF:
        return _FIELD_OF[name], "", SURE
    if name in _ATTRIBUTE_OF:
        return Field.ATTRIBUTE, _ATTRIBUTE_OF[name], SURE
    words = frozenset(name.split())
    field = _permission(words)
    if field is None and not words & _NOT_THE_LEAD:
        field = next((f for f, named, beside in _ADDRESSES if words & named and not words & beside), None)
    return (field, "", LIKELY) if field else (Field.ATTRIBUTE, "", 0.0)


def _permission(words: frozenset[str]) -> Field | None:
    text, email = words & {"sms", "text", "texts", "texting"}, words & {"email", "mail"}
    if words & {"out", "optout", "unsubscribed", "unsubscribe", "dnd", "stop", "stopped"} or words >= {"do", "not"}:
        return Field.DND_SMS if text else Field.DND_EMAIL if email else Field.DND
    if not (words & {"consent", "optin", "opted", "permission", "consentimiento", "tcpa"} or words >= {"opt", "in"}):
        return None
    proof = next((field for field, told in _PROOF.items() if words & told), None)
    return proof or (Field.SMS_CONSENT if text else Field.EMAIL_CONSENT if email else Field.CONSENT)
