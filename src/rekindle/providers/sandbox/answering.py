"""Whether, when and in what words a lead answers a message that reached it."""

from rekindle.decide.words import Channel
from rekindle.providers.sandbox.chance import Dice, between, pick, pick_weighted
from rekindle.providers.sandbox.personas import (
    AUTOMATIC,
    ENGLISH,
    FINAL,
    MIX,
    SILENT_SHARE,
    SPANISH,
    SPANISH_SHARE,
    Persona,
)
from rekindle.providers.sandbox.rates import Rates
from rekindle.providers.sandbox.story import History, LateReply, Script

PATIENCE = ((0.8, 1), (0.15, 2), (0.05, 3))  # how many messages before the first answer
GOES_ON = 0.6  # share of leads that answer again once they have answered
QUOTES = 0.5  # share of e-mail answers with the message below them
MOST_AUTOMATIC = 3
READS_AND_TYPES = (8.0, 150.0)  # seconds, compressed for a demonstration
MACHINE = (1.0, 4.0)


def persona_of(dice: Dice, channel: Channel, *, rates: Rates) -> Persona:
    """The persona behind an address, for good."""
    if dice.roll("answering") >= rates.answering:
        return Persona.SILENT
    mix = [(share.sms if channel is Channel.SMS else share.email, share.persona) for share in MIX]
    return pick_weighted([*mix, (SILENT_SHARE[channel], Persona.SILENT)], dice.roll("persona"))


def reply(dice: Dice, channel: Channel, history: History, script: Script | None, *, rates: Rates) -> LateReply | None:
    """The lead's answer, in seconds after the message reached it; None when it says nothing."""
    persona = script.persona if script else persona_of(dice, channel, rates=rates)
    turn = history.replies
    text = _line(dice, persona, turn)
    patience = 1 if script else pick_weighted(PATIENCE, dice.roll("patience"))
    if text is None or history.quiet or history.received + 1 < patience:
        return None
    if turn > 0 and script is None and dice.roll(turn, "goes on") >= GOES_ON:
        return None
    low, high = MACHINE if persona in AUTOMATIC else READS_AND_TYPES
    quotes = channel is Channel.EMAIL and dice.roll(turn, "quotes") < QUOTES
    return LateReply(between(low, high, dice.roll(turn, "delay")), text, quotes, last_word=persona in FINAL)


def _line(dice: Dice, persona: Persona, turn: int) -> str | None:
    book = SPANISH if dice.roll("language") < SPANISH_SHARE else ENGLISH
    turns = book.get(persona, ())
    said = 0 if persona in AUTOMATIC and turn < MOST_AUTOMATIC else turn
    return pick(turns[said], dice.roll(turn, "line")) if said < len(turns) else None
