"""A sandbox in a process of its own, to be killed: `python sandbox_process.py TOKEN OFFICE_ID`."""

import asyncio
import sys
from uuid import UUID

from rekindle.kit import settings
from rekindle.kit.clock import SystemClock
from rekindle.providers.sandbox.directory import SandboxOffice
from rekindle.providers.sandbox.rates import CALM
from rekindle.providers.sandbox.serve import serve


async def main() -> None:
    office = SandboxOffice(UUID(sys.argv[2]), "lakeside", b"f" * 32, b"s" * 32)
    await serve(
        settings=settings.read(),
        token=sys.argv[1],
        offices=[office],
        feed_count=0,
        clock=SystemClock(),
        stop=asyncio.Event(),
        rates=CALM,
        speed=2,
    )


if __name__ == "__main__":
    asyncio.run(main())
