"""A small SendGrid: takes mail, remembers it under its custom arguments, and answers about it as the real one does."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.providers import faults
from tests.providers.framing import Asked

KEY = "SG.lakeside-test-key"  # made up
_UNIQUE = re.compile(r"\(unique_args\['send_id'\]=\"([0-9a-f-]{36})\"\)")
_TO = re.compile(r"to_email = '([^']+)' AND sg_message_id_created_at >= TIMESTAMP \"[0-9T:Z-]{20}\"")
_BETWEEN = re.compile(r"last_event_time BETWEEN TIMESTAMP \"[0-9T:Z-]{20}\" AND TIMESTAMP \"[0-9T:Z-]{20}\"")
_SINCE = re.compile(r"sg_message_id_created_at >= TIMESTAMP \"[0-9T:Z-]{20}\"")


@dataclass
class FakeSendGrid:
    """`activity` and `logs` are add-ons: without them SendGrid answers 403. `indexed`: its records have caught up."""

    activity: bool = True
    logs: bool = True
    indexed: bool = True
    messages: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    suppressed: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=lambda: ["mail.send"])
    domains: list[dict[str, Any]] = field(default_factory=list)

    def handle(self, asked: Asked) -> faults.Replied:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, "The provided authorization grant is invalid, expired, or revoked")
        path = asked.plain_path.removeprefix("/v3/")
        if path.startswith("logs/"):
            return self._log(path.removeprefix("logs/"))
        if path.startswith("suppression/"):
            return self._listed(path.removeprefix("suppression/"), asked)
        ways = {
            "POST mail/send": self.send,
            "GET messages": self._activity,
            "POST logs": self._logs,
            "POST asm/suppressions/global": self._suppress,
            "GET scopes": lambda _: faults.json({"scopes": self.scopes}),
            "GET whitelabel/domains": lambda _: faults.json(self.domains),
        }
        return ways.get(f"{asked.method} {path}", lambda _: error(404, "Not Found"))(asked)

    def send(self, asked: Asked) -> faults.Replied:
        said = asked.json()
        assert isinstance(said, dict)
        name = f"msg{len(self.messages)}"
        self.messages.append(
            {
                "from_email": said["from"]["email"],
                "to_email": said["personalizations"][0]["to"][0]["email"],
                "subject": said["subject"],
                "sg_message_id": f"{name}.filter0001.1",
                "status": "processed",
                "custom_args": said.get("custom_args", {}),
            }
        )
        return faults.Replied(202, b"", {"X-Message-Id": name})

    def _known(self) -> list[dict[str, Any]]:
        return self.messages if self.indexed else []

    def _activity(self, asked: Asked) -> faults.Replied:
        query = asked.params()["query"][0]
        if not self.activity:
            return error(403, "access forbidden")
        if unique := _UNIQUE.fullmatch(query):
            found = [m for m in self._known() if m["custom_args"].get("send_id") == unique[1]]
        elif _BETWEEN.fullmatch(query):
            found = self._known()
        else:
            return error(400, "invalid syntax")
        return faults.json({"messages": [{**_plain(m), "msg_id": m["sg_message_id"]} for m in found]})

    def _logs(self, asked: Asked) -> faults.Replied:
        said = asked.json()
        assert isinstance(said, dict)
        if not self.logs:
            return error(403, "access forbidden")
        if to := _TO.fullmatch(said["query"]):
            found = [m for m in self._known() if m["to_email"] == to[1]]
        elif _SINCE.fullmatch(said["query"]):
            found = self._known()
        else:
            return error(400, "invalid syntax")
        return faults.json({"messages": [_plain(m) for m in found[: said["limit"]]]})

    def _log(self, name: str) -> faults.Replied:
        for message in self._known():
            if message["sg_message_id"] == name:
                event = {"event": "processed", "custom_args": message["custom_args"]}
                return faults.json({**_plain(message), "events": [event]})
        return error(404, "message not found")

    def _suppress(self, asked: Asked) -> faults.Replied:
        said = asked.json()
        assert isinstance(said, dict)
        self.suppressed += said["recipient_emails"]
        return faults.json(said, 201)

    def _listed(self, name: str, asked: Asked) -> faults.Replied:
        params = asked.params()
        start, end = int(params.get("start_time", ["0"])[0]), int(params["end_time"][0])
        offset, limit = int(params["offset"][0]), int(params["limit"][0])
        entries = [entry for entry in self.lists.get(name, []) if start <= entry["created"] <= end]
        return faults.json(entries[offset : offset + limit])


def _plain(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "custom_args"}


def error(status: int, said: str) -> faults.Replied:
    """SendGrid's shape of an error."""
    return faults.Replied(status, orjson.dumps({"errors": [{"message": said, "field": None, "help": None}]}))
