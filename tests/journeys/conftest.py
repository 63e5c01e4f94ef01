"""Journeys play on one stage."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rekindle.kit.clock import HandClock
from rekindle.kit.db import Db
from tests.journeys.stage import Stage, staged


@pytest.fixture
async def stage(db: Db, clock: HandClock, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(db, clock, tmp_path) as ready:
        yield ready
