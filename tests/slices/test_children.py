"""A child leaves when its parent is gone, and also when its parent is still there and asks it to."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from rekindle.kit import children

SOON = 5.0


@pytest.fixture
def parent(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The parent's end of the pipe; the child's end is announced as `keep` announces it."""
    reading, writing = os.pipe()
    monkeypatch.setenv(children.PARENT_PIPE, str(reading))
    yield writing
    with suppress(OSError):  # a test may have closed it already
        os.close(writing)


@pytest.mark.usefixtures("parent")
async def test_a_child_asked_to_stop_does_not_wait_for_its_parent_to_die() -> None:
    stop = asyncio.Event()
    watching = asyncio.create_task(children.watch_parent(stop))
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(watching, SOON)


async def test_a_child_stops_when_its_parent_is_gone(parent: int) -> None:
    stop = asyncio.Event()
    watching = asyncio.create_task(children.watch_parent(stop))
    await asyncio.sleep(0.05)
    assert not stop.is_set()
    os.close(parent)
    await asyncio.wait_for(watching, SOON)
    assert stop.is_set()


async def test_without_a_parent_it_waits_for_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(children.PARENT_PIPE, raising=False)
    stop = asyncio.Event()
    stop.set()
    await asyncio.wait_for(children.watch_parent(stop), SOON)
