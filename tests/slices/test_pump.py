"""A queue goes on whatever one batch does."""

import asyncio

import pytest

from rekindle.kit import pump
from rekindle.kit.pump import Pump


async def test_a_batch_that_breaks_does_not_end_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump, "BROKEN_SECONDS", 0.01)
    stop, ran = asyncio.Event(), 0

    async def once() -> int:
        nonlocal ran
        ran += 1
        if ran == 1:
            raise ValueError("a row nobody can read")
        stop.set()
        return 0

    await asyncio.wait_for(Pump("inbox", once).run(stop), 10)
    assert ran == 2
