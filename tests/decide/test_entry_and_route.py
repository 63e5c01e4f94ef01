"""Which walk a lead begins, and which agent a lead is offered to."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from rekindle.decide import entry, route
from rekindle.decide.route import AgentFacts
from rekindle.decide.words import Basis, Conversation, Intent, LeadKind, OptOutTier, Stage
from tests.decide.strategies import NOON, ago, consent, facts, hence, reply, step, suppression, touch

NEW = facts(steps=(), past_sequences=())
STOPPED = {
    "inbound": (reply(at=ago(days=40), tier=OptOutTier.STOP),),
    "suppressions": (suppression(),),
    "consents": (consent(at=ago(days=90)),),
    "enquired_at": ago(days=90),
}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "new-buyer"),
        ({"kind": LeadKind.RENTER}, "new-buyer"),
        ({"kind": LeadKind.UNKNOWN}, "new-buyer"),
        ({"kind": LeadKind.SELLER}, "new-seller"),
        ({"past_sequences": ("new-buyer",), "touches": (touch(at=ago(minutes=59)),)}, None),
        # A new enquiry begins anew, whatever was walked before; but not after this enquiry has had its answer.
        ({"past_sequences": ("new-buyer",), "touches": (touch(at=ago(days=20)),)}, "new-buyer"),
        ({"past_sequences": ("new-buyer",)}, "new-buyer"),
        ({"past_sequences": ("new-buyer",), "enquired_at": None, "created_at": ago(days=3)}, None),
        ({"enquired_at": ago(days=29)}, "new-buyer"),
        ({"enquired_at": ago(days=31)}, "silent-lead"),
        ({"enquired_at": None, "created_at": ago(days=31)}, "silent-lead"),
        ({"enquired_at": ago(days=31), "past_sequences": ("new-buyer", "silent-lead")}, None),
        ({"enquired_at": ago(days=90), "touches": (touch(at=ago(days=3)),)}, None),
        ({"enquired_at": ago(days=90), "inbound": (reply(at=ago(days=3)),)}, None),
        (
            {"enquired_at": ago(days=90), "inbound": (reply(at=ago(days=3), intent=Intent.OUT_OF_OFFICE),)},
            "silent-lead",
        ),
        ({"inbound": (reply(),)}, None),
        ({"steps": (step(),)}, None),
        ({"conversation": Conversation.PERSON}, None),
        ({"handoff_open": True}, None),
        ({"appointment_at": hence(days=1)}, None),
        ({"stage": Stage.CLIENT}, None),
        ({"inbound": (reply(at=ago(days=2), tier=OptOutTier.UNCERTAIN),)}, None),
        (STOPPED, None),
        (STOPPED | {"enquired_at": ago(days=1)}, "new-buyer"),  # whose first step finds every address closed
        (STOPPED | {"consents": (consent(basis=Basis.REPLY, at=ago(days=39)),)}, "silent-lead"),
        (STOPPED | {"consents": (consent(basis=Basis.REPLY, at=ago(days=41)),)}, None),
    ],
)
def test_the_walk_a_lead_begins(changes: dict, name: str | None) -> None:
    assert entry.choose(replace(NEW, **changes), at=NOON) == name


WEEK = (((time(9), time(17)),),) * 5 + ((), ())


def agent(name: str, **changes: object) -> AgentFacts:
    made = AgentFacts(name, name, "America/Chicago", WEEK, True, None, 50, 0, None)
    return replace(made, **changes)  # type: ignore[arg-type]


def choose(*agents: AgentFacts, at: datetime = NOON) -> route.Route:
    return route.choose(agents, at=at, office_timezone="America/Chicago")


def test_whoever_waited_longest_is_next() -> None:
    found = choose(
        agent("Ana", last_offered_at=ago(hours=1)), agent("Ben", last_offered_at=ago(hours=2)), agent("Cleo")
    )
    assert (found.best, found.backups) == ("Cleo", ("Ben", "Ana"))
    assert len(found.reasons) == 4


def test_of_two_new_ones_the_freer_is_next() -> None:
    assert choose(agent("Ana", load=5), agent("Ben", load=1)).best == "Ben"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"accepting": False}, "NOT_ACCEPTING"),
        ({"away_until": hence(hours=1)}, "AWAY"),
        ({"load": 50}, "FULL"),
        ({"timezone": "Pacific/Honolulu"}, "OFF_HOURS"),
        ({"week": ((),) * 7}, "OFF_HOURS"),
    ],
)
def test_who_is_passed_over_and_why(changes: dict, code: str) -> None:
    found = choose(agent("Ana", **changes), agent("Ben"))
    assert (found.best, found.backups) == ("Ben", ())
    assert found.reasons[0].code == code


def test_nobody_at_work_is_an_answer() -> None:
    found = choose(agent("Ana"), at=hence(hours=11))
    assert found.best is None
    assert found.reasons[-1].code == "NOBODY_AT_WORK"
    assert choose().best is None


def test_a_day_may_have_two_spans_and_end_at_midnight() -> None:
    late = agent("Lea", week=(((time(9), time(11)), (time(17), time(0))),) * 7)
    assert choose(late).best is None  # noon
    assert choose(late, at=hence(hours=11, minutes=59)).best == "Lea"  # 23:59


def test_hours_are_the_agents_own() -> None:
    west = agent("Wes", timezone="America/Los_Angeles")
    assert choose(agent("Ana"), west, at=hence(hours=6)).best == "Wes"  # 18:00 in Chicago, 16:00 in Los Angeles
