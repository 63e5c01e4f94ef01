"""Everybody who does something this month: leads who ask, answer and say no, and the team at work in its CRM."""

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from tests.journeys.month.office import STAGES, TAG, LiveOffice, form_name
from tests.providers.fake_ghl import LOCATION, FakeGhl

# Illinois, Wisconsin, Indiana, Michigan, Ohio, Minnesota, Iowa, Missouri; the last four digits are fiction's own.
AREAS = """
312 773 847 630 708 815 217 309 618 224 414 608 715 920 219 317 574 812 313 616 734 906 216 419 513 614 740 937
218 320 507 612 651 763 319 515 563 641 314 417 573 660 816
""".split()  # noqa: SIM905 read as a list of words
FIRST = """
Ann Ben Cleo Dana Eli Fay Gus Hana Ivo June Kai Lena Milo Nora Otis Pia Quin Rosa Sam Tess
""".split()  # noqa: SIM905
LAST = """
Adams Birch Cole Drew Ellis Frost Grant Hale Irwin Jones Kent Lowe Marsh Nash Owens Price Reed Stone
""".split()  # noqa: SIM905
YES = ("Yes, Sunday works for me.", "Sounds good, what time?", "Please send me the listing.", "Thursday at 5 is fine.")
ASK = ("Is the house on Elm Street still available?", "What is the HOA fee there?", "Can somebody call me tomorrow?")
NO = ("STOP", "Stop.", "please stop texting me", "Unsubscribe", "Take me off your list.", "No more messages please.")
STAFF = ("Hi, it is Priya. When can you talk?", "I have two more for you, see your mail.", "Thursday then. Priya")
LABELS = ("open house", "VIP", "second home", "cash", "school district", "met in person")
ANSWERS, SAYS_NO = 0.10, 0.03  # of the messages a lead gets
DAY = timedelta(days=1)


class Way(StrEnum):
    """How somebody came."""

    CRM = "crm"  # a colleague or an ad put them into the CRM
    FORM = "form"  # by the office's own form, with consent to texts
    BOTH = "both"  # by both, within the hour
    STOCK = "stock"  # was in the CRM before it was connected


@dataclass
class Person:
    """Somebody, and what the team did to their contact."""

    number: int
    name: str
    email: str
    phone: str
    way: Way
    came_at: datetime | None = None  # when we could first know
    asked: bool = False  # the office wants them worked
    contact: str = ""  # the CRM's id, where the CRM had them first
    at_once: bool = False  # was tagged for us the moment they were put into the CRM
    labels: dict[str, set[str]] = field(default_factory=dict)  # by contact: one deleted and made anew is another


@dataclass
class People:
    """Keeps what each will do; `act` does what is due."""

    fake: FakeGhl
    office: LiveOffice
    chance: random.Random
    all: list[Person] = field(default_factory=list)
    said: int = 0  # messages leads wrote
    by_hand: int = 0  # messages colleagues wrote in the CRM
    edits: int = 0
    found_in_time: int = 0  # leads whose webhook never came
    _plan: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _heard: int = 0

    def plan(self, leads: int, begin: datetime, end: datetime) -> None:
        """So many people come between two moments; a tenth as many were there before."""
        for number in range(leads // 10):
            self._add_stock(number, begin)
        for number in range(leads // 10, leads + leads // 10):
            way = self.chance.choices((Way.CRM, Way.FORM, Way.BOTH), (60, 25, 15))[0]
            person = self._person(number, way)
            at = begin + (end - begin) * self.chance.random()
            if way in (Way.CRM, Way.BOTH):
                self._at(at, partial(self._into_crm, person))
            if way in (Way.FORM, Way.BOTH):
                self._at(at + self._minutes(1, 50), partial(self._by_form, person, form_name()))

    def plan_in_an_outage(self, way: Way, count: int, begin: datetime, end: datetime) -> None:
        """So many more come by CRM or by form while something is away."""
        for place in range(count):
            person = self._person(len(self.all), way)
            doing = partial(self._by_form, person, form_name()) if way is Way.FORM else partial(self._into_crm, person)
            self._at(begin + (end - begin) * (place + 0.5) / count, doing)

    async def act(self) -> bool:
        """Do what is due now; whether anybody did anything."""
        acted = False
        while self._plan and self._plan[0][0] <= self.office.clock.now():
            await heapq.heappop(self._plan)[2]()
            acted = True
        return acted

    def listen(self) -> None:
        """Leads read what they were sent, and some decide to answer."""
        fresh, self._heard = self.fake.messages[self._heard :], len(self.fake.messages)
        for message in fresh:
            draw = self.chance.random()
            if message.get("source") == "api" and draw < ANSWERS + SAYS_NO:
                words = NO if draw < SAYS_NO else self.chance.choice((YES, ASK))
                channel = "Email" if message["messageType"] == "TYPE_EMAIL" else "SMS"
                to = message["contactId"]
                self._in(self._minutes(1, 600), partial(self._answer, to, words, channel))

    def next_due(self) -> datetime | None:
        """When somebody will do something."""
        return self._plan[0][0] if self._plan else None

    # ------------------------------------------------------------ leads

    async def _into_crm(self, person: Person) -> None:
        person.asked = self.chance.random() < 0.9
        person.at_once = self.chance.random() < 0.8
        tags = {self.chance.choice(LABELS).lower()} | ({TAG} if person.asked and person.at_once else set())
        first, last = person.name.split()
        made = self.fake.person_adds(
            firstName=first, lastName=last, email=person.email, phone=person.phone, source="Open house", tags=[*tags]
        )
        person.contact, person.labels[made["id"]] = made["id"], tags
        person.came_at = person.came_at or self.office.clock.now()
        if person.asked and not person.at_once:
            self._in(self._minutes(2, 90), lambda: self._label(person, TAG))
        self._lead_a_life(person)

    async def _by_form(self, person: Person, name: str) -> None:
        at = self.office.clock.now()
        given = {
            "name": person.name, "email": person.email, "phone": person.phone, "kind": "buyer",
            "message": "Is the house on Elm Street still available?", "page": "https://lakeside.example/elm-12",
            "consent": {"sms": True, "text": "I agree to texts from Lakeside Team", "url": "https://lakeside.example"},
        }  # fmt: skip
        if not 200 <= await self.office.take_form(given, name) < 300:
            self._in(timedelta(minutes=10), lambda: self._by_form(person, name))  # a site keeps what it could not post
            return
        if person.way is Way.FORM:
            self._lead_a_life(person)
        person.asked = True
        person.came_at = person.came_at or at

    async def _answer(self, contact: str, words: tuple[str, ...], channel: str) -> None:
        if contact not in self.fake.contacts:
            return
        self.fake.lead_writes(contact, self.chance.choice(words), channel)
        self.said += 1
        if words is not NO and self.chance.random() < 0.5:
            self._in(self._minutes(20, 240), lambda: self._write(contact, channel))

    # ------------------------------------------------------------ the team in its CRM

    def _lead_a_life(self, person: Person) -> None:
        """What the team will do with the contact in the days to come."""
        doings: tuple[tuple[float, Callable[[], Awaitable[None]]], ...] = (
            (0.25, lambda: self._label(person, self.chance.choice(LABELS))),
            (0.15, lambda: self._change(person)),
            (0.06, lambda: self._disturb_not(person)),
            (0.12, lambda: self._move(person)),
            (0.08, lambda: self._write_to(person)),
            (0.04, lambda: self._delete(person)),
        )
        for chance, doing in doings:
            if self.chance.random() < chance:
                self._in(DAY + 9 * DAY * self.chance.random(), doing)

    async def _label(self, person: Person, tag: str) -> None:
        contact = self._contact(person)
        if contact is not None:
            person.labels.setdefault(contact["id"], set()).add(tag.lower())
            self.fake.person_changes(contact["id"], tags=[*contact["tags"], tag.lower()])
            self.edits += 1

    async def _change(self, person: Person) -> None:
        contact = self._contact(person)
        if contact is not None:
            self.fake.person_changes(contact["id"], city="Evanston", address1=f"{person.number} Elm Street")
            self.edits += 1

    async def _disturb_not(self, person: Person) -> None:
        contact = self._contact(person)
        if contact is not None:
            channel = self.chance.choice(("sms", "email"))
            setting = {**contact["dndSettings"], channel: {"status": "active", "message": "asked on the phone"}}
            self.fake.person_changes(contact["id"], dndSettings=setting)
            self.edits += 1

    async def _move(self, person: Person) -> None:
        contact = self._contact(person)
        deals = [d for d in self.fake.opportunities.values() if contact and d["contactId"] == contact["id"]]
        if deals:
            deals[0]["pipelineStageId"] = STAGES["appointment"]
            self.fake.hooks.add("OpportunityStageUpdate", {"locationId": LOCATION, **deals[0]}, self.office.clock.now())
            self.edits += 1

    async def _delete(self, person: Person) -> None:
        contact = self._contact(person)
        if contact is not None:
            person.labels.pop(contact["id"], None)
            self.fake.person_deletes(contact["id"])
            self.edits += 1

    async def _write_to(self, person: Person) -> None:
        contact = self._contact(person)
        if contact is not None:
            await self._write(contact["id"], "SMS")

    async def _write(self, contact: str, channel: str) -> None:
        if contact in self.fake.contacts:
            self.fake.person_writes(contact, self.chance.choice(STAFF), channel)
            self.by_hand += 1

    # ------------------------------------------------------------ who and when

    def _person(self, number: int, way: Way) -> Person:
        name = f"{self.chance.choice(FIRST)} {self.chance.choice(LAST)}"
        area, line = AREAS[number // 100 % len(AREAS)], number % 100
        email = f"{name.lower().replace(' ', '.')}.{number}@mail.example"
        made = Person(number, name, email, f"+1{area}55501{line:02d}", way)
        self.all.append(made)
        return made

    def _add_stock(self, number: int, begin: datetime) -> None:
        person = self._person(number, Way.STOCK)
        long_ago = (begin - 300 * DAY).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        first, last = person.name.split()
        made = self.fake.person_adds(
            firstName=first, lastName=last, email=person.email, phone=person.phone, tags=["past client"],
            dateAdded=long_ago, dateUpdated=long_ago,
        )  # fmt: skip
        person.contact, person.labels[made["id"]] = made["id"], {"past client"}
        if number % 2:
            self._in(DAY * self.chance.randint(1, 20), lambda: self._know(person))

    async def _know(self, person: Person) -> None:
        """Somebody edits an old contact: now we hear of them, and leave them alone."""
        person.came_at = self.office.clock.now()
        await self._label(person, self.chance.choice(LABELS))

    def _contact(self, person: Person) -> dict[str, Any] | None:
        return next((one for one in self.fake.contacts.values() if one.get("email") == person.email), None)

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self.chance.randint(least * 60, most * 60))

    def _in(self, wait: timedelta, doing: Callable[[], Awaitable[None]]) -> None:
        self._at(self.office.clock.now() + wait, doing)

    def _at(self, at: datetime, doing: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._plan, (at.replace(microsecond=0), next(self._numbers), doing))
