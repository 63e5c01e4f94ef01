"""Kill the worker at the boundaries of claim, send and settle: nothing lost, nothing doubled, nothing mistold.

The full suite is `make crash`; this is its first forty-odd kills.
"""

from pathlib import Path
from uuid import UUID

import pytest

from rekindle.kit.db import Db
from tests.conftest import NOON
from tests.crash.ordeal import ordeal


@pytest.mark.crash
async def test_killed_at_the_first_boundaries(db: Db, database_url: str, office_id: UUID, tmp_path: Path) -> None:
    async with ordeal(db, database_url, office_id, tmp_path, at=NOON, seed=1) as suffering:
        for number in range(1, 15):
            await suffering.round(number, batch=number)
        verdict = await suffering.verdict()
    assert verdict.kills >= 40
    assert verdict.walks == 28
    assert verdict.faults == []
