"""The webhook source `form`: an office's own web site posts an enquiry, signed with the office's form secret."""

from collections.abc import Mapping

from rekindle.decide.words import Lane
from rekindle.providers import standard_webhooks
from rekindle.providers.form import body as form_body
from rekindle.providers.form import fields, text
from rekindle.providers.form.reading import TRUE, FieldError
from rekindle.providers.ports import Account, Enquiry, Event, Inbound, Parsed, Request, UnparsableError, Verified


class FormInbound(Inbound):
    """Standard Webhooks in front, one enquiry a request behind."""

    source = "form"
    provider = "form"
    lane = Lane.FIRST_TOUCH

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by the request's `webhook-id`; raises RefusedSignatureError."""
        return Verified(standard_webhooks.verified(request, account))

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 a form needs none to be read
        """One enquiry; raises UnparsableError.

        A genuine form is a person waiting: a field we cannot use is set aside among the attributes rather than
        the person turned away. Without a usable e-mail address or phone number nobody can be answered.
        """
        given = form_body.decode(event.body)
        first = fields.read(given, external_id=event.external_id, source=self.source)
        if isinstance(first, Enquiry):
            return (first,)
        second = fields.read(_set_aside(given, first), external_id=event.external_id, source=self.source)
        if isinstance(second, Enquiry):
            return (second,)
        raise UnparsableError("; ".join(dict.fromkeys(f"{e.field}: {e.why}" for e in (*first, *second)))[:500])


def _set_aside(given: dict[str, object], errors: tuple[FieldError, ...]) -> dict[str, object]:
    """The body with only what can be used; texts of wrong fields move to attributes named `refused …`."""
    wrong = {error.field for error in errors}
    top = {name: value for name, value in given.items() if name in fields.KNOWN}
    refused: dict[str, object] = {}
    for name in sorted(wrong & (fields.KNOWN - {"consent", "attributes"})):
        refused |= _refused(name, top.pop(name, None))
    if "message" in wrong:
        top["message"] = str(given["message"])[: fields.MESSAGE_LIMIT]
    attributes = {**refused, **fields.usable_attributes(given)}
    top["attributes"] = dict(list(attributes.items())[: fields.ATTRIBUTES_LIMIT])
    top["consent"] = _usable_consent(top.get("consent"), wrong)
    return top


def _usable_consent(value: object, wrong: set[str]) -> dict[str, object]:
    """Fails towards silence: a box we could not read counts as not ticked, a grant we could not read as none."""
    if not isinstance(value, Mapping):
        word = str(value).strip().lower()
        # `consent: true` names no channel and so grants nothing; what may mean no means no everywhere.
        return {} if value is None or word in TRUE else {"sms": False, "email": False}
    unread: dict[str, object] = {box: False for box in ("sms", "email") if f"consent.{box}" in wrong}
    return {name: part for name, part in value.items() if f"consent.{name}" not in wrong} | unread


def _refused(name: str, value: object) -> dict[str, object]:
    if name == "message" or not isinstance(value, str | int | float):
        return {}
    return {f"refused {name}": text.lines(str(value))[: fields.ATTRIBUTE_LIMIT]}
