"""What /metrics prints: counters of this process, and the engine's state read from the database when asked.

Gauges come from the database, so every process prints the same. Counters belong to a process; with
PROMETHEUS_MULTIPROC_DIR set, the processes of one machine add theirs up.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rekindle.invariants.store import Gauge

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
HOOKS = Counter("rekindle_hooks", "Webhook requests by source and outcome.", ("source", "outcome"), registry=REGISTRY)


@dataclass(frozen=True)
class Shown:
    """How a name of engine_state() is printed; `always` are labels shown as zero when nothing bears them."""

    metric: str
    words: str
    label: str = ""
    always: tuple[str, ...] = ("",)


SHOWN = {
    "inbox": Shown("rekindle_inbox_events", "Events not handled yet (dead: given up).", "state", ("due", "dead")),
    "inbox_oldest_seconds": Shown("rekindle_inbox_oldest_seconds", "Age of the oldest event not handled yet."),
    "consideration": Shown(
        "rekindle_considerations", "Leads due to be looked at (dead: given up).", "state", ("due", "dead")
    ),
    "enrollment": Shown("rekindle_enrollments", "Enrollments whose wake-up has come.", "state", ("due",)),
    "outbox": Shown(
        "rekindle_outbox_messages",
        "Outbound messages that are not settled.",
        "state",
        ("planned", "in_flight", "unknown"),
    ),
    "outbox_due": Shown("rekindle_outbox_due", "Planned messages whose time has come."),
    "messages_hour": Shown("rekindle_messages_last_hour", "Outbound messages made in the last hour.", "state", ()),
    "first_touch_hour": Shown(
        "rekindle_first_touch_seconds_last_hour",
        "Leads of the last hour by seconds from enquiry to first message accepted; fit for histogram_quantile().",
        "le",
        (),
    ),
    "errand": Shown("rekindle_errands", "Errands to run, by kind and state (dead: given up).", "kind_state", ()),
    "errand_oldest_seconds": Shown(
        "rekindle_errand_oldest_seconds", "How long the oldest errand of a kind is overdue.", "kind", ()
    ),
    "breaker_open": Shown("rekindle_breakers_open", "Offices whose way to a provider is closed.", "provider", ()),
    "connection": Shown("rekindle_connections", "Offices connected, by provider and state.", "provider_state", ()),
    "crm_found": Shown("rekindle_crm_found", "Found in a CRM's list without any webhook, ever.", "list", ()),
    "first_touch_hour_sum": Shown("rekindle_first_touch_seconds_last_hour_sum", "The sum of those seconds."),
}


class _State(Collector):
    def __init__(self, gauges: Iterable[Gauge]) -> None:
        self._values: dict[str, dict[str, float]] = {name: dict.fromkeys(SHOWN[name].always, 0.0) for name in SHOWN}
        for gauge in gauges:
            label = "+Inf" if gauge.label == "Infinity" else gauge.label
            self._values[gauge.name][label] = gauge.value

    def collect(self) -> Iterator[Metric]:
        for name, shown in SHOWN.items():
            family = GaugeMetricFamily(shown.metric, shown.words, labels=[shown.label] if shown.label else [])
            for label, value in self._values[name].items():
                family.add_metric([label] if shown.label else [], value)
            yield family


def render(gauges: Iterable[Gauge]) -> bytes:
    """The page in Prometheus' text format."""
    counters = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counters = CollectorRegistry()
        multiprocess.MultiProcessCollector(counters)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(_State(gauges))
    return generate_latest(counters) + generate_latest(state)
