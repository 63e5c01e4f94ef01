"""Both sides' books laid beside each other at the month's end; every line in a verdict is something that went wrong."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rekindle.consent.suppress import standing
from rekindle.decide import optout
from rekindle.decide.words import OptOutTier
from rekindle.kit.db import Row
from rekindle.leads import find
from rekindle.office.keys import office_key
from rekindle.providers.ports.crm import CANARY_EMAIL
from tests.journeys.month.month import POLLS_EVERY, Month
from tests.journeys.month.people import Person, Way

CONTACTED_WITHIN = timedelta(minutes=3)  # of the comparison that found them
TEMPERATURES = {"rekindle: hot", "rekindle: warm", "rekindle: cold"}
WINDOW, MOST_IN_WINDOW = timedelta(seconds=10), 100
MOST_IN_A_DAY = 200_000


@dataclass
class Verdict:
    """Everything that is not as it should be; all empty after a good month. `counted` is how much there was."""

    lost_people: list[str] = field(default_factory=list)
    doubled_people: list[str] = field(default_factory=list)
    lost_words: list[str] = field(default_factory=list)  # what leads wrote, or colleagues in the CRM
    doubled_words: list[str] = field(default_factory=list)
    doubled_sends: list[str] = field(default_factory=list)
    unknown_to_them: list[str] = field(default_factory=list)  # we say it was sent, HighLevel has no such message
    against_a_no: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    sleepless: list[str] = field(default_factory=list)  # active walks without exactly one wake-up
    lost_tags: list[str] = field(default_factory=list)
    wrong_temperature: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    found_late: list[str] = field(default_factory=list)
    too_many_calls: list[str] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> dict[str, list[str]]:
        """The findings that there are, by kind."""
        return {name: value for name, value in vars(self).items() if name != "counted" and value}


async def compare(month: Month) -> Verdict:
    """Read the fake's own books and ours, and hold them against each other."""
    verdict = Verdict()
    leads = await _people(month, verdict)
    ours = await month.office.rows("select * from message order by created_at, id")
    _sends(month, ours, verdict)
    await _words(month, ours, verdict)
    await _noes(month, ours, verdict)
    await _walks(month, verdict)
    await _contacts(month, verdict)
    _answered(month, ours, leads, verdict)
    _calls(month, verdict)
    verdict.counted |= _counted(month)
    return verdict


async def _people(month: Month, verdict: Verdict) -> dict[int, Any]:
    """Everybody we could have heard of is one lead by mail and phone alike, and nobody else is a lead."""
    office = month.office
    came = [person for person in month.people.all if person.came_at is not None]
    found: dict[int, Any] = {}
    async with office.db.office(office.made.office_id) as conn:
        for person in came:
            by_mail = await find.by_address(conn, office.made.office_id, "email", person.email)
            by_phone = await find.by_address(conn, office.made.office_id, "phone", person.phone)
            if by_mail is None or by_phone is None:
                verdict.lost_people.append(f"{person.email} ({person.way})")
            elif by_mail != by_phone:
                verdict.doubled_people.append(person.email)
            found[person.number] = by_mail
    standing_leads = await office.rows("select id, name from lead where merged_into is null")
    extra = [row for row in standing_leads if row["id"] not in set(found.values())]
    verdict.doubled_people += [f"nobody's lead: {row['name']}" for row in extra]
    return found


def _sends(month: Month, ours: list[Row], verdict: Verdict) -> None:
    """What HighLevel took from us and what we say we sent are the same messages, one for one."""
    taken = [m for m in month.fake.messages if m.get("source") == "api"]
    sent = [r for r in ours if r["direction"] == "out" and r["accepted_at"] and not _elsewhere(r)]
    known = Counter(row["provider_id"] for row in sent if row["class"] is not None)
    for message in taken:
        if known[message["id"]] != 1:
            verdict.doubled_sends.append(f"{message['id']} to {message['contactId']} at {message['dateAdded']}")
    texts = Counter((m["contactId"], m["messageType"], m["body"]) for m in taken)
    verdict.doubled_sends += [f"the same text twice: {who} {text[:60]}" for (who, _, text), n in texts.items() if n > 1]
    there = {m["id"] for m in month.fake.messages}
    verdict.unknown_to_them += [str(row["id"]) for row in sent if row["provider_id"] not in there]


async def _words(month: Month, ours: list[Row], verdict: Verdict) -> None:
    """What was written over there, by leads and by the team, stands in our story once."""
    links = await month.office.rows("select contact_id, lead_id from crm_link")
    lead_of = {row["contact_id"]: row["lead_id"] for row in links}
    theirs: Counter[tuple[Any, ...]] = Counter()
    for m in month.fake.messages:
        if m.get("source") != "api":
            way = "in" if m["direction"] == "inbound" else "out"
            at = datetime.fromisoformat(m["dateAdded"])
            theirs[way, lead_of.get(m["contactId"]), m["body"], at] += 1
    kept = Counter(
        (row["direction"], row["lead_id"], row["body"], row["created_at"])
        for row in ours
        if row["direction"] == "in" or _elsewhere(row)
    )
    told = await month.office.rows("select data->>'message_id' as id from timeline where kind in ('replied', 'left')")
    lines = Counter(row["id"] for row in told)
    for row in ours:
        expected = row["direction"] == "in" or bool(row["accepted_at"])
        if lines[str(row["id"])] != expected:
            verdict.doubled_words.append(f"{lines[str(row['id'])]} lines in the story for {row['body'][:60]}")
    verdict.lost_words += [f"{way} {at} {body}" for way, _, body, at in (theirs - kept)]
    verdict.doubled_words += [f"{way} {at} {body}" for way, _, body, at in (kept - theirs)]


async def _noes(month: Month, ours: list[Row], verdict: Verdict) -> None:
    """Who said no by any wording is blocked, and nothing but the one confirmation was taken for them afterwards."""
    office = month.office
    async with office.db.office(office.made.office_id) as conn:
        key = await office_key(conn, office.made.office_id, office.keyring)
        blocks = await standing(conn, office.made.office_id, key, {row["address"] for row in ours})
    closed = {(block.channel.value, block.address): block.at for block in blocks}
    for row in ours:
        where = (row["channel"], row["address"])
        if row["direction"] == "in":
            if optout.classify(row["body"]).tier is OptOutTier.STOP and where not in closed:
                verdict.against_a_no.append(f"not blocked: {row['body']}")
        elif row["class"] != "compliance" and not _elsewhere(row) and row["accepted_at"]:
            left_at = row["in_flight_at"]
            if left_at > closed.get(where, left_at):
                verdict.against_a_no.append(f"{row['step']} to {row['address']} at {left_at}")


async def _walks(month: Month, verdict: Verdict) -> None:
    """Nothing hangs: no send is open, no event or errand lies dead, every active walk will wake up once."""
    rows = month.office.rows
    for row in await rows("select id, state from message where state in ('in_flight', 'unknown')"):
        told = await rows("select 1 from notice where key = %s and seen_at is null", f"unknown:{row['id']}")
        if not told:
            verdict.unsettled.append(f"{row['id']} {row['state']}")
    walks = await rows(
        "select lead_id, count(*) as n, count(wake_at) as w from enrollment where state = 'active' group by 1"
    )
    verdict.sleepless += [str(row["lead_id"]) for row in walks if (row["n"], row["w"]) != (1, 1)]
    overdue = await rows("select lead_id from enrollment where state = 'active' and wake_at < %s", month.clock.now())
    verdict.sleepless += [f"overdue: {row['lead_id']}" for row in overdue]
    for row in await rows("select source, reason from inbox_job"):
        verdict.dead.append(f"event of {row['source']}: {row['reason']}")
    for row in await rows("select kind, key, reason from errand where state = 'dead'"):
        verdict.dead.append(f"errand {row['kind']} {row['key']}: {row['reason']}")


async def _contacts(month: Month, verdict: Verdict) -> None:
    """Over there every tag of a person's stands, and beside it exactly the one temperature we give the lead."""
    rows = await month.office.rows(
        "select k.contact_id, l.temperature from crm_link k join lead l on l.id = k.lead_id"
        " where k.pushed_at is not null"
    )
    warmth = {row["contact_id"]: row["temperature"] for row in rows}
    labels = {contact_id: tags for person in month.people.all for contact_id, tags in person.labels.items()}
    for contact in month.fake.contacts.values():
        if contact.get("email") == CANARY_EMAIL:
            continue
        tags = set(contact["tags"])
        missing = labels.get(contact["id"], set()) - tags
        if missing:
            verdict.lost_tags.append(f"{contact['id']}: {', '.join(sorted(missing))}")
        ours, wanted = tags & TEMPERATURES, warmth.get(contact["id"])
        if contact["id"] in warmth and ours != ({f"rekindle: {wanted}"} if wanted else set()):
            verdict.wrong_temperature.append(f"{contact['id']}: {sorted(ours)}, and the lead is {wanted}")


def _answered(month: Month, ours: list[Row], leads: dict[int, Any], verdict: Verdict) -> None:
    """Who was to be worked was written to; who was not, was not; and a lost webhook cost minutes at most."""
    firsts: dict[Any, datetime] = {}
    for row in ours:
        if row["direction"] == "out" and row["accepted_at"] and not _elsewhere(row):
            firsts[row["lead_id"]] = min(row["accepted_at"], firsts.get(row["lead_id"], row["accepted_at"]))
    never_came = {hook.said["id"] for hook in (*month.post.lost, *month.post.given_up) if hook.kind == "ContactCreate"}
    for person in month.people.all:
        first = firsts.get(leads.get(person.number))
        if (first is not None) != person.asked:
            verdict.unanswered.append(
                f"{person.email} ({person.way}): {'was not' if person.asked else 'was'} written to"
            )
        elif person.contact in never_came and person.way is Way.CRM and first is not None:
            _in_time(month, person, first, verdict)


def _in_time(month: Month, person: Person, first: datetime, verdict: Verdict) -> None:
    """Contacted within three minutes of the comparison after they came, and that one came at its time."""
    assert person.came_at is not None
    if not person.at_once or any(o.begins <= person.came_at <= o.ends for o in month.outages):
        return
    next_one = bisect_left(month.weather.compared, person.came_at + timedelta(microseconds=1))
    compared = month.weather.compared[next_one]
    month.people.found_in_time += 1
    if first > compared + CONTACTED_WITHIN or compared > person.came_at + POLLS_EVERY + timedelta(seconds=30):
        verdict.found_late.append(f"{person.email}: came {person.came_at}, compared {compared}, written to {first}")


def _calls(month: Month, verdict: Verdict) -> None:
    """HighLevel's limits hold at every moment, by its own count."""
    calls = month.weather.calls
    begin = 0
    for end, at in enumerate(calls):
        while at - calls[begin] >= WINDOW:
            begin += 1
        if end - begin + 1 == MOST_IN_WINDOW + 1:
            verdict.too_many_calls.append(f"more than {MOST_IN_WINDOW} in ten seconds before {at}")
    days = Counter(at.date() for at in calls)
    verdict.too_many_calls += [f"{n} on {day}" for day, n in days.items() if n > MOST_IN_A_DAY]
    if month.weather.limited:
        verdict.too_many_calls.append(f"{month.weather.limited} were answered with 429")


def _counted(month: Month) -> dict[str, int]:
    post, people = month.post, month.people
    return {
        "people": sum(person.came_at is not None for person in people.all),
        "webhooks": post.made,
        "webhooks_lost": len(post.lost),
        "webhooks_tripled": post.tripled,
        "webhooks_late": post.late,
        "webhooks_given_up": len(post.given_up),
        "sent": sum(message.get("source") == "api" for message in month.fake.messages),
        "written_by_leads": people.said,
        "written_by_the_team": people.by_hand,
        "edits_by_the_team": people.edits,
        "sends_nobody_could_know_of": month.weather.swallowed,
        "api_calls": len(month.weather.calls),
        "writes": month.weather.writes,
        "api_calls_in_the_fullest_ten_seconds": _fullest(month.weather.calls),
        "leads_found_without_a_webhook_in_time": people.found_in_time,
        "turns": month.turns,
    }


def _fullest(calls: list[datetime]) -> int:
    begin = most = 0
    for end, at in enumerate(calls):
        while at - calls[begin] >= WINDOW:
            begin += 1
        most = max(most, end - begin + 1)
    return most


def _elsewhere(row: Row) -> bool:
    return bool(row["step"] == "elsewhere")
