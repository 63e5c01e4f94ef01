"""Runs a talk with a mail server in a thread, and gives up on it at the deadline."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from rekindle.providers.ports import Fault, SendRefusedError, SendUncertainError
from rekindle.providers.smtp.attempt import Attempt
from rekindle.providers.smtp.session import AWAY_SECONDS

# Threads of their own: a mail server that hangs must not hold up what else the process does in threads.
_THREADS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="smtp")


async def run(work: Callable[[Attempt], None], *, deadline: float) -> None:
    """Raises what `work` raises; at the deadline SendUncertainError after the final dot, SendRefusedError before."""
    attempt = Attempt()
    running = asyncio.get_running_loop().run_in_executor(_THREADS, work, attempt)
    running.add_done_callback(lambda done: done.cancelled() or done.exception())  # heard, even when nobody waits
    try:
        async with asyncio.timeout(deadline):
            await asyncio.shield(running)
    except TimeoutError as error:
        if attempt.close():
            raise SendUncertainError("the mail server did not say in time whether it took the mail") from error
        text = "the mail server was too slow"
        raise SendRefusedError("timeout", text, permanent=False, retry_after=AWAY_SECONDS, fault=Fault.AWAY) from error
    except asyncio.CancelledError:
        attempt.close()
        raise
