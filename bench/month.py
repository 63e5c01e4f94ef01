"""A month of one office on HighLevel, in full: what was lost and what was doubled, as JSON (acceptance X8)."""

import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.conftest import NOON
from tests.journeys.month import books
from tests.journeys.month.month import a_month

from rekindle.kit import migrate, postgres, settings

DAYS = 30
CANARY = timedelta(hours=1)  # as in production


def measure(leads: int = 2000, seed: int = 1) -> dict[str, object]:
    """Live the month in a throw-away home: how much there was of everything, and whatever went wrong."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rekindle-month-") as home:
        Path(home).chmod(0o711)
        with postgres.running(settings.read({"REKINDLE_HOME": home})) as url:
            migrate.upgrade(url)
            verdict = asyncio.run(_live(url, leads, seed))
    wrong = {name: len(found) for name, found in vars(verdict).items() if isinstance(found, list)}
    examples = {name: found[:3] for name, found in verdict.wrong.items()}
    return {**verdict.counted, **wrong, "examples": examples, "seconds": round(time.monotonic() - begun, 1)}


async def _live(url: str, leads: int, seed: int) -> books.Verdict:
    async with a_month(url, NOON, leads=leads, days=DAYS, seed=seed, housekeeping=CANARY) as month:
        await month.pass_until(NOON + timedelta(days=DAYS))
        return await books.compare(month)
