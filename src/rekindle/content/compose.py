"""A whole message: the template filled, and what the law wants around it (COMPLIANCE 1.7 T2, 1.8 M1)."""

from collections.abc import Mapping

from rekindle.content.render import fill
from rekindle.content.segments import measure
from rekindle.content.types import Rendered, Template, Values
from rekindle.decide.words import Channel

RATES = "Msg freq varies, msg&data rates may apply."
STOP = "Reply STOP to opt out, HELP for help."

# Who speaks: the agent when the lead has one, else the office; and always the brokerage that answers for it.
SIGNATURE = "{{ agent.name | default: office.name }} with {{ office.brokerage }}."
FOOTER = """
--
{{ agent.name | default: office.name }}, {{ office.brokerage }}
{{ office.address }}{% if office.phone %}
{{ office.phone }}{% endif %}

You get this because you asked us about property. To stop our e-mails: {{ unsubscribe_url }}
"""


def compose(template: Template, values: Values, *, first: bool) -> Rendered:
    """The message as it would leave; `first` opens a thread, so an SMS says who we are and how to stop."""
    body, missing = fill(template.body, values)
    if template.channel is Channel.EMAIL:
        subject, more = fill(template.subject or "", values)
        footer, last = fill(FOOTER, values)
        return Rendered(_one_line(subject), f"{body}\n\n{footer}\n", _union(missing, more, last), 0)
    if first:
        body, more = _introduce(body, values)
        missing = _union(missing, more)
    return Rendered(None, body, missing, measure(body).parts)


def _introduce(body: str, values: Values) -> tuple[str, tuple[str, ...]]:
    signature, missing = fill(SIGNATURE, values)
    office = values["office"]
    brokerage = str(office.get("brokerage", "")) if isinstance(office, Mapping) else ""
    parts = [body]
    if not brokerage or brokerage.lower() not in body.lower():
        parts.append(signature)
    if "reply stop" not in body.lower():
        parts += [RATES, STOP]
    return " ".join(parts), missing


def _one_line(subject: str) -> str:
    return " ".join(subject.split())


def _union(*parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))
