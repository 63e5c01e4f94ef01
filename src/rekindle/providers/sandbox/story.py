"""The words of the sandbox: what came over the wire, what it knows of an address, and what will happen."""

from dataclasses import dataclass
from enum import StrEnum

from rekindle.decide.words import Channel, MessageState
from rekindle.providers.sandbox.codes import Code
from rekindle.providers.sandbox.personas import Persona


class Fault(StrEnum):
    """What goes wrong with one request or one address."""

    NONE = "none"
    BUSY = "busy"
    LOSE = "lose"
    FAIL = "fail"
    HOLD = "hold"
    INVALID = "invalid"
    UNREACHABLE = "unreachable"
    LANDLINE = "landline"


@dataclass(frozen=True)
class Post:
    """A message as it came over the wire."""

    office: str
    key: str
    channel: Channel
    to: str
    sender: str
    subject: str
    body: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class History:
    """What the ledger knows of the address at this office before this message."""

    attempts: int = 0  # posts so far, taken or not
    received: int = 0  # messages taken so far
    replies: int = 0  # its answers so far, typed or scheduled
    blocked: bool = False  # the carrier saw an opt-out word
    confirmed: bool = False  # and has let the one confirmation through
    quiet: bool = False  # it has said its last word


@dataclass(frozen=True)
class Script:
    """What a test or a demonstration wants of one address instead of chance; the fault comes `times` times."""

    fault: Fault = Fault.NONE
    persona: Persona = Persona.SILENT
    times: int = 1


class Answer(StrEnum):
    """What the caller gets for a message that was taken."""

    OK = "ok"
    FAIL = "fail"
    HOLD = "hold"


@dataclass(frozen=True)
class Refused:
    """Not taken. No code: an empty 500."""

    status: int
    code: Code | None
    retry_after: int | None = None


@dataclass(frozen=True)
class LateReceipt:
    """A webhook to post `after` seconds from now; `copy` above zero repeats an earlier one, maybe under its id."""

    after: float
    state: MessageState
    code: Code | None
    copy: int = 0
    same_id: bool = False


@dataclass(frozen=True)
class LateReply:
    """What the lead will say, and when."""

    after: float
    text: str
    quotes: bool
    last_word: bool


@dataclass(frozen=True)
class Taken:
    """In the ledger from now on: what happens to it, in seconds from now."""

    answer: Answer
    sent_after: float
    settled_after: float
    settled: MessageState
    code: Code | None
    receipts: tuple[LateReceipt, ...]
    reply: LateReply | None
