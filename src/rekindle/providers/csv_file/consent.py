"""Permission columns to consents with their evidence. A no in any column beats a yes in another; silence is no yes."""

from collections.abc import Callable, Sequence
from datetime import datetime

from rekindle.decide.words import Basis, Channel, Stage
from rekindle.providers.csv_file.cells import clean, yes_or_no
from rekindle.providers.csv_file.fields import Field
from rekindle.providers.csv_file.guess import Column
from rekindle.providers.csv_file.words import NO_EMAIL_TAGS, NO_TAGS, NO_TEXT_TAGS
from rekindle.providers.ports import GivenConsent

BOTH = (Channel.SMS, Channel.EMAIL)
SMS = (Channel.SMS,)
EMAIL = (Channel.EMAIL,)
# What a yes grants and what a no refuses. An opt-in that names no channel never allows a text, its refusal bars both.
ASKED = {
    Field.SMS_CONSENT: (SMS, SMS),
    Field.EMAIL_CONSENT: (EMAIL, EMAIL),
    Field.CONSENT: (EMAIL, BOTH),
}
# A yes here is a no to being contacted; a no here permits nothing.
BARRED = {Field.DND: BOTH, Field.DND_SMS: SMS, Field.DND_EMAIL: EMAIL}
BAD_EMAIL_STATUS = (
    "unsub",
    "bounce",
    "spam",
    "complain",
    "clean",
    "opted out",
    "invalid",
    "suppress",
    "non-subscribed",
)
LONGEST_EVIDENCE = 2000

Said = tuple[Column, str, bool | None]  # a column, its words, and what they mean


class ConsentReader:
    """Reads the permission columns of one file."""

    def __init__(self, columns: Sequence[Column], date: Callable[[int, str], datetime | None]) -> None:
        self._yes_no = [c for c in columns if c.field in ASKED]
        self._barred = [c for c in columns if c.field in BARRED]
        self._status = [c for c in columns if c.field is Field.EMAIL_STATUS]
        self._proof = {c.field: c.index for c in columns if c.field.name.startswith("CONSENT_")}
        self._date = date
        self.any = bool(self._yes_no or self._barred or self._status)

    def read(self, cells: Sequence[str], tags: str, stage: str) -> tuple[tuple[GivenConsent, ...], tuple[str, ...]]:
        """The consents of one row, and the headers of columns that said neither yes nor no."""
        allowed: dict[Channel, tuple[str, datetime | None]] = {}
        refused: dict[Channel, tuple[str, datetime | None]] = {}
        unclear: list[str] = []
        for column in self._yes_no:
            text = clean(cells[column.index])
            if text:
                self._take(column, text, allowed, refused, unclear)
        for column in self._barred:
            text = clean(cells[column.index])
            if text:
                self._bar(column, text, refused, unclear)
        for column in self._status:
            text = clean(cells[column.index])
            if text.lower().startswith(BAD_EMAIL_STATUS):
                refused.setdefault(Channel.EMAIL, (f"{column.header}: {text}", None))
        _by_tags(tags, stage, refused)
        if not allowed and not refused:
            return (), tuple(unclear)
        return self._made(cells, allowed, refused), tuple(unclear)

    def _take(
        self,
        column: Column,
        text: str,
        allowed: dict[Channel, tuple[str, datetime | None]],
        refused: dict[Channel, tuple[str, datetime | None]],
        unclear: list[str],
    ) -> None:
        grants, bars = ASKED[column.field]
        answer, at = self._answer(column, text)
        if answer is None:
            unclear.append(column.header)
            return
        channels, into = (grants, allowed) if answer else (bars, refused)
        for channel in channels:
            into.setdefault(channel, (f"{column.header}: {text}", at))

    def _bar(
        self, column: Column, text: str, refused: dict[Channel, tuple[str, datetime | None]], unclear: list[str]
    ) -> None:
        answer, at = self._answer(column, text)
        channels = BARRED[column.field]
        if answer is None:
            # A list of channels, "SMS, Email", or words nobody foresaw: in doubt it is a no.
            lowered = text.lower()
            named = ((("sms" in lowered or "text" in lowered) and SMS) or ()) + (("mail" in lowered and EMAIL) or ())
            if column.field is Field.DND and named:
                channels = named
            else:
                unclear.append(column.header)
        if answer is not False:
            for channel in channels:
                refused.setdefault(channel, (f"{column.header}: {text}", at))

    def _answer(self, column: Column, text: str) -> tuple[bool | None, datetime | None]:
        answer = yes_or_no(text)
        if answer is not None:
            return answer, None
        at = self._date(column.index, text)  # a date in a tick-box column says yes, and when
        return (True, at) if at else (None, None)

    def _made(
        self,
        cells: Sequence[str],
        allowed: dict[Channel, tuple[str, datetime | None]],
        refused: dict[Channel, tuple[str, datetime | None]],
    ) -> tuple[GivenConsent, ...]:
        at_index = self._proof.get(Field.CONSENT_AT)
        noted = self._date(at_index, clean(cells[at_index])) if at_index is not None else None
        url, ip, wording = (self._cell(cells, f) for f in (Field.CONSENT_URL, Field.CONSENT_IP, Field.CONSENT_TEXT))
        made = []
        for channel in BOTH:
            no = channel in refused
            held = refused.get(channel) or allowed.get(channel)
            if held is None:
                continue
            said, at = held
            text = said if no or not wording else f"{said}\n{wording}"
            made.append(
                GivenConsent(
                    channel, not no, Basis.ATTESTED, text[:LONGEST_EVIDENCE], url, ip, at if no else at or noted
                )
            )
        return tuple(made)

    def _cell(self, cells: Sequence[str], field: Field) -> str:
        index = self._proof.get(field)
        return clean(cells[index]) if index is not None else ""


def _by_tags(tags: str, stage: str, refused: dict[Channel, tuple[str, datetime | None]]) -> None:
    if stage == Stage.DO_NOT_CONTACT:
        for channel in BOTH:
            refused.setdefault(channel, ("Stage: do not contact", None))
    if not tags:
        return
    for tag in tags.lower().replace(";", ",").replace("|", ",").split(","):
        word = tag.strip(" #")
        channels = BOTH if word in NO_TAGS else SMS if word in NO_TEXT_TAGS else EMAIL if word in NO_EMAIL_TAGS else ()
        for channel in channels:
            refused.setdefault(channel, (f"Tag: {word}", None))
