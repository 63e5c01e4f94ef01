"""The page of what could not be handled shows any bytes at all: it is there for those that are wrong."""

from datetime import timedelta

import pytest

from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from tests.slices.webkit import online


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"[" * 200_000, "180000 characters more"),
        (b'["half \\ud800 of a character"]', "half ? of a character"),
        (b"\xff\x00 no text", "\ufffd"),
        (b'["laid out"]', "[\n  &#34;laid out&#34;\n]"),
    ],
)
async def test_a_poisoned_webhook_is_shown(db: Db, keyring: Keyring, clock: HandClock, body: bytes, shown: str) -> None:
    async with online(db, keyring, clock) as site:
        assert (await site.hook(body)).status_code < 300
        handler = Handler(db, keyring, clock, site.engine.providers.inbound, site.engine.accounts, lambda: 0.5)
        while await handle_batch(handler):
            clock.advance(timedelta(days=1))
        await site.sign_in()
        page = await site.web.get("/dead-letters")
    assert page.status_code == 200
    assert shown in page.text
