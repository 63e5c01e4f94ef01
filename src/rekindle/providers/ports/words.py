"""Our words for what comes in. Adapters parse bytes into these; the inbox knows nothing else of a provider."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rekindle.decide.words import Channel, MessageState


@dataclass(frozen=True)
class Enquiry:
    """A person asks about property. Fields are as given; leads/identity normalises."""

    external_id: str
    source: str
    name: str
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    kind: str
    message: str
    page: str
    at: datetime | None
    state: str
    zip: str
    city: str
    street: str
    attributes: tuple[tuple[str, str], ...]
    consents: tuple["GivenConsent", ...]
    stage: str = ""
    enroll: str = "auto"  # "auto", "none" or a sequence's name
    contact_id: str = ""  # the CRM's id of the person, when a CRM carried it


@dataclass(frozen=True)
class GivenConsent:
    """A tick box or column that grants or refuses one channel, with its evidence."""

    channel: Channel
    granted: bool
    basis: str  # decide.words.Basis
    text: str
    url: str
    ip: str
    at: datetime | None


class Carrier(StrEnum):
    """What the carrier or provider did with a keyword by itself; then we must not answer it again."""

    NOTHING = ""
    STOP = "STOP"
    START = "START"
    HELP = "HELP"


@dataclass(frozen=True)
class Reply:
    """A message from a lead."""

    external_id: str
    channel: Channel
    sender: str
    to: str
    subject: str
    body: str
    at: datetime | None
    handled: Carrier = Carrier.NOTHING
    contact_id: str = ""  # the CRM's id of the sender, when a CRM carried it
    thread: str = ""  # the reply token of an e-mail's address, when there was one
    authentic: bool = True  # False: an e-mail whose sender nobody vouches for (SPF, DKIM)
    automatic: bool = False  # a machine's answer (RFC 3834), not a person's


class Consequence(StrEnum):
    """What a failed delivery means beyond its message."""

    NOTHING = ""
    RETRY_ONCE = "retry_once"  # a passing trouble of the handset or the network: worth one more try, later
    DEAD_ADDRESS = "unreachable"  # nothing will ever arrive there on this channel
    OPTED_OUT = "opted_out"
    STOP_SENDER = "stop_sender"  # our own number or domain is barred: nothing more may leave from it
    ALERT = "alert"  # a person should look (filtered as spam, pumping)


@dataclass(frozen=True)
class Receipt:
    """What a provider says happened to a message; `key` is ours when the provider echoes it."""

    external_id: str
    provider: str
    provider_id: str
    key: str
    state: MessageState
    code: str
    text: str
    permanent: bool
    at: datetime | None
    message_id: str = ""  # our message's id, when the provider echoes it
    consequence: str = ""  # a Consequence: what it means beyond this message


@dataclass(frozen=True)
class Booking:
    """An appointment made, moved or canceled outside."""

    external_id: str
    email: str
    phone: str
    starts_at: datetime | None
    canceled: bool
    lead: str = ""  # our own lead id, when the booking link carried it
    name: str = ""
    contact_id: str = ""  # the CRM's id of the lead
    at: datetime | None = None  # when the provider said so: an older word never overrules a newer one


@dataclass(frozen=True)
class OptedOut:
    """A provider's own list says no more (unsubscribe link of its own, spam report, carrier block)."""

    external_id: str
    channels: frozenset[Channel]
    address: str
    rule: str  # for example "sendgrid:spamreport"
    complaint: bool  # a spam report: alert a person as well
    at: datetime | None
    dead: bool = False  # nobody said no: the address does not take mail at all
    token: str = ""  # of the unsubscribe address it was mailed to


@dataclass(frozen=True)
class Touched:
    """A lead opened or clicked. `human`: surely a person; opens never are, privacy proxies fetch pictures."""

    external_id: str
    provider: str
    provider_id: str
    key: str
    act: str  # "open" or "click"
    url: str
    human: bool
    at: datetime | None
    message_id: str = ""  # our message's id, when the provider echoes it


@dataclass(frozen=True)
class Contact:
    """A contact as the CRM has it now. `activated` None: the office activates everybody.

    Unlike an enquiry it is a state, not a wish: it makes or corrects a lead, and answers nobody unless `activated`
    became true. `dnd` are channels the CRM says not to use.
    """

    external_id: str
    crm: str
    contact_id: str
    account: str
    name: str
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    tags: tuple[str, ...]
    activated: bool | None
    dnd: frozenset[Channel]
    source: str
    kind: str
    state: str
    zip: str
    city: str
    street: str
    attributes: tuple[tuple[str, str], ...]
    assigned_to: str
    stage: str
    deleted: bool
    at: datetime | None
    added_at: datetime | None = None  # when the CRM got to know them: an old contact is not a new lead


@dataclass(frozen=True)
class StageMoved:
    """An opportunity stands at a stage of a CRM's pipeline; the office's map names our stage for it.

    `status` is the CRM's word (open, won, lost, abandoned), in lower case. `stage_id` is the stage's name where the CRM
    gives no id.
    """

    external_id: str
    crm: str
    contact_id: str
    opportunity_id: str
    pipeline_id: str
    stage_id: str
    status: str
    at: datetime | None
    stage: str = ""  # ours, by the office's map; "" when it maps this one to nothing


@dataclass(frozen=True)
class SentElsewhere:
    """An outbound message the CRM saw leave: the echo of ours, or a person's own, written there."""

    external_id: str
    crm: str
    contact_id: str
    provider_id: str
    channel: Channel
    address: str
    body: str
    person: str  # the CRM's id of who wrote it; "" for automation
    at: datetime | None


@dataclass(frozen=True)
class Fetch:
    """The event is only a hint: its content must be fetched from the provider with our own key.

    `source` is the inbox source that reads what comes back; `ref` is what to fetch.
    """

    external_id: str
    source: str
    ref: str
    at: datetime | None


@dataclass(frozen=True)
class Enriched:
    """What a provider found out about one of our leads after we asked; `found` False: it knows nobody like that.

    `lead` is our own lead's id. `barred_phones` are on a do-not-call list by the provider's word: never to be used.
    """

    external_id: str
    provider: str
    lead: str
    request_id: str
    found: bool
    facts: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    barred_phones: tuple[str, ...]
    credits: float
    at: datetime | None


@dataclass(frozen=True)
class Uninstalled:
    """The provider's app was removed from the office's account: its tokens are void."""

    external_id: str
    provider: str


@dataclass(frozen=True)
class Ignored:
    """Understood, and rightly nothing to do; the reason stands in the list of events."""

    why: str


Parsed = (
    Enquiry
    | Reply
    | Receipt
    | Booking
    | OptedOut
    | Touched
    | Contact
    | StageMoved
    | SentElsewhere
    | Fetch
    | Enriched
    | Uninstalled
    | Ignored
)
