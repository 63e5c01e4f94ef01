"""Who answers, and in what words. All texts are our own."""

from dataclasses import dataclass
from enum import StrEnum

from rekindle.decide.words import Channel


class Persona(StrEnum):
    """How a sandbox lead takes being written to."""

    SILENT = "silent"
    INTERESTED = "interested"
    QUESTION = "question"
    APPOINTMENT = "appointment"
    NOT_NOW = "not_now"
    WRONG_NUMBER = "wrong_number"
    STOP = "stop"
    HOSTILE = "hostile"
    OUT_OF_OFFICE = "out_of_office"


@dataclass(frozen=True)
class Share:
    """How many of a hundred leads are of one persona, by channel."""

    persona: Persona
    sms: float
    email: float


MIX = (
    Share(Persona.INTERESTED, sms=5.0, email=4.0),
    Share(Persona.QUESTION, sms=5.0, email=4.5),
    Share(Persona.APPOINTMENT, sms=3.0, email=2.0),
    Share(Persona.NOT_NOW, sms=3.0, email=2.5),
    Share(Persona.WRONG_NUMBER, sms=1.5, email=0.0),
    Share(Persona.STOP, sms=3.0, email=2.0),
    Share(Persona.HOSTILE, sms=0.7, email=0.3),
    Share(Persona.OUT_OF_OFFICE, sms=0.3, email=3.0),
)
SILENT_SHARE = {
    Channel.SMS: 100 - sum(share.sms for share in MIX),
    Channel.EMAIL: 100 - sum(share.email for share in MIX),
}

SPANISH_SHARE = 0.2

# One tuple a turn: what the lead says to the first message it answers, to the next one, and so on.
ENGLISH: dict[Persona, tuple[tuple[str, ...], ...]] = {
    Persona.INTERESTED: (
        (
            "Yes! Still looking. What do you have?",
            "Hi, yes I'm interested. Can you send me a few options?",
            "yes please, we want to move fast on this one",
            "Thanks for getting back so quickly. Yes, tell me more",
        ),
        ("That sounds good. Who am I talking to?", "Great, can someone call me?"),
        ("Talk soon then", "Ok thank you"),
    ),
    Persona.QUESTION: (
        (
            "Is the house on the corner still available?",
            "How much are the HOA fees?",
            "What school district is that in?",
            "do i need 20% down?",
            "Does it have a garage? And how old is the roof",
        ),
        ("Ok. And how long has it been on the market?", "Got it. Would they take less?"),
        ("Thank you, that helps",),
    ),
    Persona.APPOINTMENT: (
        (
            "Can I see it this Saturday around 11?",
            "I'd like to set up a showing. Tomorrow after 5 works for me",
            "When can we meet? Weekday evenings are best",
        ),
        ("That time works, see you there", "Yes, that works for both of us"),
    ),
    Persona.NOT_NOW: (
        (
            "Not right now, maybe in the spring",
            "We decided to wait until rates come down. Check back in 6 months?",
            "just browsing for now thanks",
        ),
    ),
    Persona.WRONG_NUMBER: (
        (
            "Wrong number",
            "I think you have the wrong person, I'm not looking for a house",
            "who is this? I never asked about any property",
        ),
    ),
    Persona.STOP: (
        (
            "STOP",
            "Stop.",
            "stop texting me please",
            "Unsubscribe",
            "please take me off your list",
            "Remove me",
            "quit",
            "I don't want any more of these messages",
        ),
    ),
    Persona.HOSTILE: (
        (
            "How did you get my number?? Leave me alone",
            "This is harassment. I will report you",
            "you people are the worst. do not contact me ever again",
        ),
    ),
    Persona.OUT_OF_OFFICE: (
        (
            "I am out of the office until Monday with limited access to e-mail and will answer when I return.",
            "Automatic reply: I am on vacation this week. For urgent matters please call my office.",
        ),
    ),
}
SPANISH: dict[Persona, tuple[tuple[str, ...], ...]] = {
    Persona.INTERESTED: (
        ("Sí, me interesa. ¿Qué tienen disponible?", "hola sí, todavía estoy buscando"),
        ("perfecto, gracias. ¿me puede llamar?",),
    ),
    Persona.QUESTION: (("¿Cuánto es la renta mensual?", "¿La casa tiene garaje?"), ("gracias, ¿y cuándo está libre?",)),
    Persona.APPOINTMENT: (("¿Puedo verla el sábado por la mañana?",), ("Sí, a esa hora está bien",)),
    Persona.NOT_NOW: (("Ahora no, tal vez el próximo año",),),
    Persona.WRONG_NUMBER: (("Número equivocado",),),
    Persona.STOP: (("PARE", "ALTO", "no me manden más mensajes por favor", "cancelar"),),
    Persona.HOSTILE: (("Déjeme en paz, los voy a reportar",),),
    Persona.OUT_OF_OFFICE: (("Estoy fuera de la oficina hasta el lunes. Responderé a mi regreso.",),),
}

# After these a lead has said its last word.
FINAL = frozenset({Persona.STOP, Persona.HOSTILE, Persona.WRONG_NUMBER})
# Answers of a machine: at once, and to every message.
AUTOMATIC = frozenset({Persona.OUT_OF_OFFICE})
