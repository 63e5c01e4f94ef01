"""What every request of the sandbox shares: its state, and answers under its label."""

import asyncio
from dataclasses import dataclass, field

import orjson
from starlette.requests import Request
from starlette.responses import Response

from rekindle.kit.clock import Clock
from rekindle.providers.sandbox.accept import Rules
from rekindle.providers.sandbox.codes import Code
from rekindle.providers.sandbox.directory import Directory
from rekindle.providers.sandbox.ledger import Ledger


@dataclass(frozen=True)
class Sandbox:
    """All that a request needs. `bell` rings when there is a webhook to post."""

    ledger: Ledger
    directory: Directory
    rules: Rules
    clock: Clock
    bell: asyncio.Event = field(default_factory=asyncio.Event)


def answer(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer under the sandbox's label."""
    label = {"rekindle-sandbox": "yes", "cache-control": "no-store"}
    return Response(orjson.dumps(content), status, {**label, **(headers or {})}, "application/json")


def refused(code: Code, status: int, headers: dict[str, str] | None = None) -> Response:
    """An error answer as a provider gives it."""
    return answer({"code": int(code.code), "message": code.text}, status, headers)


def of(request: Request) -> Sandbox:
    """The sandbox behind a request."""
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox
