"""Opt-out: the words of the law always, other wordings by grammar, and never by substring."""

import csv
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.decide.optout import classify
from rekindle.decide.words import Channel, OptOutTier

CORPUS = Path(__file__).parent / "corpus"
STOP, SOFT, UNCERTAIN, NONE = OptOutTier.STOP, OptOutTier.SOFT_STOP, OptOutTier.UNCERTAIN, OptOutTier.NONE
PER_SE = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"]
PROVIDER = ["STOPALL", "OPTOUT", "REMOVE", "ARRET", "ALTO", "BASTA", "BAJA", "PARAR", "CANCELAR", "🛑"]


def corpus(name: str) -> list[dict[str, str]]:
    with (CORPUS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["optout-phrases.csv", "more-phrases.csv"])
def test_the_published_corpus(name: str) -> None:
    rows = corpus(name)
    wants = [row["text"] for row in rows if row["label"] == "opt_out"]
    keeps = [row["text"] for row in rows if row["label"] != "opt_out"]
    missed = [text for text in wants if classify(text).tier not in (STOP, UNCERTAIN)]
    falsely = [text for text in keeps if classify(text).tier is STOP]
    assert len(missed) <= 0.01 * len(wants), missed
    assert len(falsely) <= 0.01 * len(keeps), falsely
    held = [text for text in keeps if classify(text).tier is UNCERTAIN]
    assert len(held) <= 0.04 * len(keeps), held


def test_the_published_replies() -> None:
    rows = corpus("reply-intents.csv")
    wants = [row["text"] for row in rows if row["intent"] in ("opt_out", "wrong_number")]
    assert [text for text in wants if classify(text).tier not in (STOP, UNCERTAIN)] == []
    keeps = [row["text"] for row in rows if row["intent"] not in ("opt_out", "wrong_number", "channel_preference")]
    assert [text for text in keeps if classify(text).tier is STOP] == []


around = st.text(string.punctuation.replace(">", "").replace("|", "") + " \t\u200b\u2060", max_size=4)


@given(st.sampled_from(PER_SE + PROVIDER), st.data(), around, around)
def test_a_word_alone_stops_in_any_dress(word: str, data: st.DataObject, before: str, after: str) -> None:
    dressed = "".join(data.draw(st.sampled_from([c.upper(), c.lower()])) for c in word)
    found = classify(f"{before}{dressed}{after}")
    assert found.tier is STOP
    assert found.channels == frozenset(Channel)


letters = st.text(string.ascii_lowercase, min_size=1, max_size=6)


@given(st.sampled_from(["stop", "end", "quit", "cancel", "remove", "now", "off"]), letters, letters)
def test_never_by_substring(word: str, before: str, after: str) -> None:
    assert classify(f"the {before}{word}{after} {before}{word}{after} looks great").tier is not STOP


@pytest.mark.parametrize(
    "text",
    [
        "weekend", "this weekend", "Now", "now works", "offer", "the offer", "offer accepted!", "spending",
        "friend", "attend the open house", "legend", "recommend a lender", "nonstop", "stopped by yesterday",
        "equity", "quite nice", "cancellation policy?", "end of the month works", "shop", "step", "spot",
        "quiet", "cancel Tuesday, can we do Friday?", "please stop by at 5",
        "can't stop thinking about that house", "don't stop sending these", "yes", "START", "HELP",
        "Please cancel the inspection", "remove the contingency", "wrong number on the listing, it's 1425",
        "¿cuándo baja el precio?", "cancelar la cita del martes", "We want to stop renting", "",
    ],
)  # fmt: skip
def test_talk_of_houses_goes_on(text: str) -> None:
    assert classify(text).tier is NONE


@pytest.mark.parametrize(
    "text",
    [
        "Stop. Thank you", "please stop", "STOP I already told you", "Stpo", "unsubcribe", "S T O P", "s.t.o.p",
        "take me off your list", "remove me", "don't text me", "do not contact me again", "lose my number",
        "leave me alone", "no more texts", "I revoke my consent", "put me on your do not call list",
        "This is a TCPA violation", "you'll hear from my lawyer", "wrong number", "Numero equivocado",
        "no me escriban más", "quítenme de su lista", "ya no quiero mensajes", "dejen de mandarme textos",
        "por favor pare de escribirme", "请不要再发短信给我", "Already bought, take me off the list",
        "cancel these texts", "end the messages", "Can you please not text me", "how do I unsubscribe",
    ],
)  # fmt: skip
def test_other_wordings_stop(text: str) -> None:
    assert classify(text).tier is STOP


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ('Liked "Reply STOP to unsubscribe"', NONE),
        ('Disliked "Are you still looking?" stop', STOP),
        ("> Reply STOP to opt out\nYes still looking! 3 bed in Tempe", NONE),
        ("> Hi Sam. Reply STOP to opt out.\nSTOP", STOP),
        ("Yes, Saturday\n\nOn Tue, Nov 24, 2026 at 9:00 AM Lakeside wrote:\nReply STOP to end", NONE),
        ("Take me off\n\nOn Tue, Nov 24, 2026 at 9:00 AM Lakeside wrote:\nnew homes", STOP),
        ("You said reply STOP to opt out but I want to keep getting these", NONE),
        ("“STOP”", STOP),
    ],
)
def test_quoted_words_are_not_the_authors(text: str, tier: OptOutTier) -> None:
    assert classify(text).tier is tier


def test_our_own_sentences_never_count() -> None:
    ours = ("Hi Sam, it's Ana at Lakeside. Text us anytime, or say please remove me to end this.",)
    assert classify(f"{ours[0]} Yes!", ours=ours).tier is NONE
    assert classify(f"{ours[0]} please remove me", ours=ours).tier is STOP


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("Email only please", {Channel.SMS}),
        ("Don't text, you can call me after 5", {Channel.SMS}),
        ("no texts please", {Channel.SMS}),
        ("wrong number", {Channel.SMS}),
        ("stop", {Channel.SMS, Channel.EMAIL}),
        ("leave me alone", {Channel.SMS, Channel.EMAIL}),
    ],
)
def test_which_channels_close(text: str, channels: set[Channel]) -> None:
    assert classify(text).channels == channels


@pytest.mark.parametrize(
    "text", ["Not interested", "no thanks", "we already have an agent", "Bought in May", "you people are vultures"]
)
def test_a_soft_no_ends_automation_only(text: str) -> None:
    found = classify(text)
    assert found.tier is SOFT
    assert found.channels == frozenset()


@pytest.mark.parametrize(
    "text", ["Too many texts", "who is Denise", "this is spam", "don't email me", "I'm not Jessica"]
)
def test_doubt_goes_to_a_person(text: str) -> None:
    assert classify(text).tier is UNCERTAIN


@given(st.text(max_size=400))
def test_any_text_is_read_and_the_same_way_twice(text: str) -> None:
    assert classify(text) == classify(text)


@pytest.mark.parametrize("filler", ["stop ", "no ", "ok ", "k", "> ", '"', "please don't ", "a.", "\n"])
def test_long_texts_are_read_quickly(filler: str) -> None:
    classify(filler * 5000)


QUOTES = [
    "hello@lakeside.example wrote:\n> Hi Dana, reply STOP to opt out",
    "Lakeside Team <hello@lakeside.example> wrote:\n\nHi Dana,\nthanks for asking",
    "On Tue, Nov 24, 2026 at 9:00 AM Lakeside Team wrote:\n> Hi Dana",
    "El mar, 24 nov 2026, Lakeside Team escribi\u00f3:\n> Hola",
    "From: Lakeside Team <hello@lakeside.example>\nSent: Tuesday\nTo: Dana\n\nHi Dana, would you like to stop by?",
]


@pytest.mark.parametrize("quote", QUOTES)
@pytest.mark.parametrize("word", ["quit", "End.", "cancel", "STOP", "unsubscribe", "alto"])
def test_a_bare_word_above_a_quoted_mail_is_a_stop(word: str, quote: str) -> None:
    assert classify(f"{word}\n\n{quote}").tier is OptOutTier.STOP


@pytest.mark.parametrize("quote", QUOTES)
def test_what_stands_in_a_quoted_mail_is_not_the_leads_word(quote: str) -> None:
    assert classify(f"Yes, Saturday works\n\n{quote}").tier is OptOutTier.NONE
