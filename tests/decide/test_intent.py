"""What a reply is about, on the published corpus and for what a person must hear at once."""

import csv
from pathlib import Path

import pytest

from rekindle.decide.intent import read
from rekindle.decide.words import Intent

CORPUS = Path(__file__).parent / "corpus" / "reply-intents.csv"


def test_the_published_corpus() -> None:
    with CORPUS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    right = sum(read(row["text"]).intent == row["intent"] for row in rows)
    assert right >= 0.94 * len(rows), f"{right} of {len(rows)}"


@pytest.mark.parametrize(
    "text",
    [
        "call me",
        "Please call me back",
        "can I talk to someone",
        "agent please",
        "I want to speak with a person",
        "Llámeme",
    ],
)
def test_a_person_is_asked_for(text: str) -> None:
    assert read(text).intent is Intent.WANTS_PERSON


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("STOP", Intent.OPT_OUT),
        ("wrong number", Intent.WRONG_NUMBER),
        ("Can we see it Saturday at 11?", Intent.APPOINTMENT_REQUEST),
        ("yes", Intent.INTERESTED_NOW),
        ("👍", Intent.POSITIVE_ACK),
        ("Is it mostly white there?", Intent.OTHER),
        ("", Intent.OTHER),
        ("maybe in the spring", Intent.NOT_NOW_LATER),
        ("We decided to wait until rates come down. Check back in 6 months?", Intent.NOT_NOW_LATER),
        ("Would they come down on the price?", Intent.PRICE_OBJECTION),
        ("Automatic reply: I am out of the office", Intent.OUT_OF_OFFICE),
    ],
)
def test_known_replies(text: str, intent: Intent) -> None:
    reading = read(text)
    assert reading.intent is intent
    assert 0 < reading.confidence <= 1
    assert reading.rule
