"""The closed vocabulary of the core: one enum a noun, the same words in tables, screens and docs."""

from enum import IntEnum, StrEnum


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    EMAIL = "email"


class Lane(IntEnum):
    """Order of service, first to last; bulk work never delays a first touch."""

    FIRST_TOUCH = 0
    REPLY = 1
    STEP = 2
    BULK = 3


class LeadKind(StrEnum):
    """What the person wants to do."""

    BUYER = "buyer"
    SELLER = "seller"
    RENTER = "renter"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """How far the lead has come."""

    NEW = "new"
    ATTEMPTING = "attempting"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    APPOINTMENT = "appointment"
    CLIENT = "client"
    CLOSED = "closed"
    NURTURE = "nurture"
    REPRESENTED = "represented"
    LOST = "lost"
    DO_NOT_CONTACT = "do_not_contact"


# Stages in which automation has nothing to say: a person's client, a closed deal, somebody else's client, a no.
FINAL_STAGES = frozenset(
    {Stage.CLIENT, Stage.CLOSED, Stage.REPRESENTED, Stage.LOST, Stage.DO_NOT_CONTACT},
)


class Temperature(StrEnum):
    """What the score means, everywhere."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class Conversation(StrEnum):
    """Who speaks with the lead now."""

    AUTOMATION = "automation"
    PERSON = "person"


class MessageClass(StrEnum):
    """Why a message is sent; in doubt it is marketing (reference: COMPLIANCE 1.1)."""

    MARKETING = "marketing"
    INQUIRY_RESPONSE = "inquiry_response"
    TRANSACTIONAL = "transactional"
    CONVERSATIONAL_REPLY = "conversational_reply"
    COMPLIANCE = "compliance"


class Actor(StrEnum):
    """Who wants the message sent; nobody gets another gate."""

    AUTOMATION = "automation"
    PERSON = "person"
    API = "api"


class MessageState(StrEnum):
    """Where an outbound message stands. Rank and moves stand in decide/receipt.py."""

    PLANNED = "planned"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    RECEIVED = "received"  # inbound only


class OptOutTier(StrEnum):
    """How surely a text asks us to stop (COMPLIANCE 3, layer 5)."""

    STOP = "STOP"
    SOFT_STOP = "SOFT_STOP"
    UNCERTAIN = "UNCERTAIN"
    NONE = "NONE"


class Intent(StrEnum):
    """What a reply is about; the names of shared reply labels."""

    OPT_OUT = "opt_out"
    WRONG_NUMBER = "wrong_number"
    HOSTILE = "hostile"
    ALREADY_HAS_AGENT = "already_has_agent"
    ALREADY_BOUGHT_OR_SOLD = "already_bought_or_sold"
    CHANNEL_PREFERENCE = "channel_preference"
    APPOINTMENT_REQUEST = "appointment_request"
    INTERESTED_NOW = "interested_now"
    QUESTION_PROPERTY = "question_property"
    QUESTION_FINANCING = "question_financing"
    PRICE_OBJECTION = "price_objection"
    NOT_NOW_LATER = "not_now_later"
    NEGATIVE_NO = "negative_no"
    POSITIVE_ACK = "positive_ack"
    OUT_OF_OFFICE = "out_of_office"
    WANTS_PERSON = "wants_person"
    OTHER = "other"


class Verdict(StrEnum):
    """What a gate says; deny beats hold, hold beats allow."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"


class Basis(StrEnum):
    """What a grant of consent rests on (COMPLIANCE 1.1)."""

    WRITTEN = "written"  # signed, names seller and number: PEWC
    GIVEN = "given"  # gave the address for this purpose: PEC
    INQUIRY = "inquiry"  # their own request, lasts three months
    ATTESTED = "attested"  # the importer states that consent exists, with what evidence the file had
    REPLY = "reply"  # their own message opted in again
