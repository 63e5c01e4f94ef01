"""Permission columns to consents with their evidence. A no in any column beats a yes in another; silence is no yes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rekindle.decide.words import Basis, Channel, Stage
from rekindle.providers.csv_file.cells import yes_or_no
from rekindle.providers.csv_file.fields import Field
from rekindle.providers.csv_file.guess import Column
from rekindle.providers.csv_file.words import NO_EMAIL_TAGS, NO_TAGS, NO_TEXT_TAGS
from rekindle.providers.ports import GivenConsent

Channels = tuple[Channel, ...]
SMS: Channels = (Channel.SMS,)
EMAIL: Channels = (Channel.EMAIL,)
BOTH: Channels = SMS + EMAIL
# What a yes grants and what a no refuses. An opt-in that names no channel never allows a text; its refusal bars both.
ASKED = {
    Field.SMS_CONSENT: (SMS, SMS),
    Field.EMAIL_CONSENT: (EMAIL, EMAIL),
    Field.CONSENT: (EMAIL, BOTH),
}
# A yes here is a no to being contacted; a no here permits nothing.
BARRED = {Field.DND: BOTH, Field.DND_SMS: SMS, Field.DND_EMAIL: EMAIL}
BAD_EMAIL = ("unsub", "bounce", "spam", "complain", "clean", "opted out", "invalid", "suppress", "non-subscribed")
PROOF = (Field.CONSENT_URL, Field.CONSENT_IP, Field.CONSENT_TEXT, Field.CONSENT_AT)
LONGEST_EVIDENCE = 2000
MOST_REMEMBERED = 20_000

Answer = tuple[tuple[GivenConsent, ...], tuple[str, ...]]
NOTHING: Answer = ((), ())


@dataclass
class Said:
    """What one row says of permission: words and date by channel, and the columns that were unclear."""

    allowed: dict[Channel, tuple[str, datetime | None]] = field(default_factory=dict)
    refused: dict[Channel, tuple[str, datetime | None]] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)

    def allow(self, channels: Channels, words: str, at: datetime | None) -> None:
        for channel in channels:
            self.allowed.setdefault(channel, (words, at))

    def refuse(self, channels: Channels, words: str, at: datetime | None = None) -> None:
        for channel in channels:
            self.refused.setdefault(channel, (words, at))


class ConsentReader:
    """Reads the permission columns of one file; equal cells are read once."""

    def __init__(self, columns: Sequence[Column], date: Callable[[int, str], datetime | None]) -> None:
        self._asked = [c for c in columns if c.field in ASKED]
        self._barred = [c for c in columns if c.field in BARRED]
        self._status = [c for c in columns if c.field is Field.EMAIL_STATUS]
        self._proof = {c.field: c.index for c in columns if c.field in PROOF}
        self._said_in = [c.index for c in (*self._asked, *self._barred, *self._status)]
        self._asks_for_texts = any(c.field is Field.SMS_CONSENT for c in columns)
        self._date = date
        self._known: dict[tuple[str, ...], Said] = {}

    def read(self, cells: Sequence[str], tags: str, stage: str, created: datetime | None) -> Answer:
        """The consents of one row of clean cells, and the headers of columns that said neither yes nor no."""
        told = [cells[i] for i in self._said_in]
        if not any(told) and not tags and stage != Stage.DO_NOT_CONTACT:
            return NOTHING
        key = (tags, stage, *told)
        said = self._known.get(key)
        if said is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            said = self._known[key] = self._read(cells, tags, stage)
        if not said.allowed and not said.refused:
            return (), tuple(said.unclear)
        return self._made(said, cells, created), tuple(said.unclear)

    def _read(self, cells: Sequence[str], tags: str, stage: str) -> Said:
        said = Said()
        for column in self._asked:
            if text := cells[column.index]:
                self._ask(said, column, text)
        for column in self._barred:
            if text := cells[column.index]:
                self._bar(said, column, text)
        for column in self._status:
            if cells[column.index].lower().startswith(BAD_EMAIL):
                said.refuse(EMAIL, f"{column.header}: {cells[column.index]}")
        _by_stage_and_tags(said, tags, stage)
        return said

    def _ask(self, said: Said, column: Column, text: str) -> None:
        grants, bars = ASKED[column.field]
        answer, at = self._answer(column, text)
        words = f"{column.header}: {text}"
        if answer is None:
            said.unclear.append(column.header)
        elif answer:
            said.allow(grants, words, at)
        else:
            said.refuse(bars, words, at)

    def _bar(self, said: Said, column: Column, text: str) -> None:
        answer, at = self._answer(column, text)
        if answer is False:
            return
        channels = BARRED[column.field]
        if answer is None:
            # A list of channels, "SMS, Email", or words nobody foresaw: in doubt it is a no.
            lowered = text.lower()
            texts = SMS if "sms" in lowered or "text" in lowered or "call" in lowered else ()
            channels = (texts + (EMAIL if "mail" in lowered else ())) or channels
        said.refuse(channels, f"{column.header}: {text}", at)

    def _answer(self, column: Column, text: str) -> tuple[bool | None, datetime | None]:
        answer = yes_or_no(text)
        if answer is not None:
            return answer, None
        at = self._date(column.index, text)  # a date in a tick-box column says yes, and when
        return (True, at) if at else (None, None)

    def _made(self, said: Said, cells: Sequence[str], created: datetime | None) -> tuple[GivenConsent, ...]:
        url, ip, wording, date = (self._cell(cells, proof) for proof in PROOF)
        # Without a date of its own a yes is as old as the person's record: it may be stale, never too fresh.
        noted = (self._date(self._proof[Field.CONSENT_AT], date) if date else None) or created
        made = []
        for channel in BOTH:
            if channel in said.refused:
                words, at = said.refused[channel]
                made.append(GivenConsent(channel, False, Basis.ATTESTED, words[:LONGEST_EVIDENCE], "", "", at))  # noqa: FBT003
            elif channel in said.allowed:
                words, at = said.allowed[channel]
                # The wording on file belongs to the box that needs one, which is the one for texts.
                named = wording and not (channel is Channel.EMAIL and self._asks_for_texts)
                text = f"{words}\n{wording}" if named else words
                made.append(
                    GivenConsent(channel, True, Basis.ATTESTED, text[:LONGEST_EVIDENCE], url, ip, at or noted)  # noqa: FBT003
                )
        return tuple(made)

    def _cell(self, cells: Sequence[str], proof: Field) -> str:
        place = self._proof.get(proof)
        return "" if place is None else cells[place]


def _by_stage_and_tags(said: Said, tags: str, stage: str) -> None:
    if stage == Stage.DO_NOT_CONTACT:
        said.refuse(BOTH, "Stage: do not contact")
    for tag in tags.lower().replace(";", ",").replace("|", ",").split(",") if tags else ():
        word = tag.strip(" #")
        if word in NO_TAGS:
            said.refuse(BOTH, f"Tag: {word}")
        elif word in NO_TEXT_TAGS:
            said.refuse(SMS, f"Tag: {word}")
        elif word in NO_EMAIL_TAGS:
            said.refuse(EMAIL, f"Tag: {word}")
