"""What the engine asks of a provider. Adapters are one folder each; only the wiring knows them by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rekindle.providers.ports.account import (
    Account,
    CallFailedError,
    Checked,
    Fault,
    Field,
    Limit,
    OAuth,
    Plug,
    Vault,
)
from rekindle.providers.ports.calls import (
    Enricher,
    Enrichment,
    Feed,
    Fetched,
    Fetcher,
    GoneError,
    LineTeller,
    Listed,
    Notifier,
    NotYetError,
    StaffNotice,
    Subject,
)
from rekindle.providers.ports.crm import Card, Crm, CrmPage, Pushed, Slot
from rekindle.providers.ports.inbound import (
    Event,
    HookAnswer,
    Inbound,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)
from rekindle.providers.ports.phone import Phone, PhoneError, PhoneMessage, PhoneThread
from rekindle.providers.ports.sending import (
    Accepted,
    CannotTell,
    Found,
    Missing,
    Outgoing,
    Sender,
    SendRefusedError,
    SendUncertainError,
)
from rekindle.providers.ports.words import (
    Booking,
    Carrier,
    Consequence,
    Contact,
    Enquiry,
    Enriched,
    Fetch,
    GivenConsent,
    Ignored,
    OptedOut,
    Parsed,
    Receipt,
    Reply,
    SentElsewhere,
    StageMoved,
    Touched,
    Uninstalled,
)


@dataclass(frozen=True)
class Providers:
    """All that is wired in, each by the name of its provider or, for webhooks, of its source.

    `sandbox` is the sender of offices in the sandbox; in production there is none.
    """

    senders: Mapping[str, Sender] = field(default_factory=dict)
    inbound: Mapping[str, Inbound] = field(default_factory=dict)
    plugs: Mapping[str, Plug] = field(default_factory=dict)
    fetchers: Mapping[str, Fetcher] = field(default_factory=dict)  # by the inbox source they fetch for
    enrichers: Mapping[str, Enricher] = field(default_factory=dict)
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)
    lists: Mapping[str, Listed] = field(default_factory=dict)
    feeds: Mapping[str, Feed] = field(default_factory=dict)  # the lists again, and what else is read over and over
    crms: Mapping[str, Crm] = field(default_factory=dict)
    tellers: Mapping[str, LineTeller] = field(default_factory=dict)
    oauth: Mapping[str, OAuth] = field(default_factory=dict)
    sandbox: Sender | None = None
    phone: Phone | None = None


__all__ = [
    "Accepted", "Account", "Booking", "CallFailedError", "CannotTell", "Card", "Carrier", "Checked", "Consequence",
    "Contact", "Crm", "CrmPage", "Enquiry", "Enriched", "Enricher", "Enrichment", "Event", "Fault", "Feed", "Fetch",
    "Fetched", "Fetcher", "Field", "Found", "GivenConsent", "GoneError", "HookAnswer", "Ignored", "Inbound", "Limit",
    "LineTeller", "Listed", "Missing", "NotYetError", "Notifier", "OAuth", "OptedOut", "Outgoing", "Parsed", "Phone",
    "PhoneError", "PhoneMessage", "PhoneThread", "Plug", "Providers", "Pushed", "Receipt", "RefusedSignatureError",
    "Reply", "Request", "SendRefusedError", "SendUncertainError", "Sender", "SentElsewhere", "Slot", "StaffNotice",
    "StageMoved", "Subject", "Touched", "Uninstalled", "UnparsableError", "Vault", "Verified",
]  # fmt: skip
