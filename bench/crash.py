"""`make crash`: at least 500 processes killed, then what was lost and what was doubled, as JSON."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from tests.conftest import NOON, make_office
from tests.crash.ordeal import BOUNDARIES, Verdict, ordeal

from rekindle.kit import migrate, postgres, settings
from rekindle.kit.db import connect

KILLS = 500


def measure(kills: int = KILLS, seed: int = 1) -> dict[str, object]:
    """Run the ordeal in a throw-away home until that many processes died; the verdict with its length."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rekindle-crash-") as home:
        Path(home).chmod(0o711)
        with postgres.running(settings.read({"REKINDLE_HOME": home})) as url:
            migrate.upgrade(url)
            verdict = asyncio.run(_suffer(url, Path(home), kills, seed))
    told: dict[str, object] = asdict(verdict) | {
        name: len(getattr(verdict, name)) for name in ("lost", "doubled", "mistold", "sleepless")
    }
    return told | {"seconds": round(time.monotonic() - begun, 1)}


async def _suffer(url: str, folder: Path, kills: int, seed: int) -> Verdict:
    async with connect(url) as db:
        office: UUID = await make_office(db, "lakeside")
        async with ordeal(db, url, office, folder, at=NOON, seed=seed) as suffering:
            number = 0
            while suffering.kills < kills:
                number += 1
                await suffering.round(1 + number % BOUNDARIES, batch=number)
            return await suffering.verdict()


def main() -> int:
    """Print the verdict; fail when anything was lost, doubled or told wrongly."""
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=KILLS)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    told = measure(given.kills, given.seed)
    print(json.dumps(told))
    return 1 if told["lost"] or told["doubled"] or told["mistold"] or told["sleepless"] else 0


if __name__ == "__main__":
    sys.exit(main())
