"""JSON log lines with no personal data in them: only listed fields pass."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
import structlog

# A field is logged only when it stands here: ids, counts, codes and times. Names, addresses and texts of
# people have no key to slip through (a test reads the log of a whole journey for them).
ALLOWED = frozenset(
    {
        "attempts",
        "batch",
        "check",
        "code",
        "count",
        "decision_id",
        "enrollment_id",
        "error",
        "event",
        "event_id",
        "host",
        "kind",
        "lane",
        "lead_id",
        "level",
        "room",
        "message_id",
        "method",
        "ms",
        "office",
        "office_id",
        "partition",
        "path",
        "person_id",
        "pid",
        "port",
        "provider",
        "reason",
        "seconds",
        "sequence",
        "source",
        "state",
        "status",
        "step",
        "table",
        "timestamp",
        "url",
        "verdict",
        "version",
        "where",
        "worker",
    }
)


def _only_allowed(_: object, __: str, fields: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {k: v for k, v in fields.items() if k in ALLOWED}


class _Stderr:
    """Writes each line to whatever stderr is at that moment, whole, so that processes sharing it do not mix lines."""

    def msg(self, line: bytes) -> None:
        stream = sys.stderr.buffer
        stream.write(line + b"\n")
        stream.flush()

    debug = info = warning = error = critical = exception = msg


def set_up(level: str) -> None:
    """Log JSON to stderr from `level` up; stdout stays free for data."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Stderr(),
        cache_logger_on_first_use=True,
    )


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger; exceptions go in as `error=type(e).__name__`, never with their text, which may hold rows."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=name)
    return logger
