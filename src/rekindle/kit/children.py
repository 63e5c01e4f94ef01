"""Child processes that never outlive their parent, and are started again when they die by themselves."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from subprocess import DEVNULL

from rekindle.kit import log

PARENT_PIPE = "REKINDLE_PARENT_PIPE"
STOP_SECONDS = 15.0
CALM_SECONDS = 1.0

logger = log.get("children")


@dataclass(frozen=True)
class Child:
    """One command of ours: `python -m rekindle ARGUMENTS`."""

    name: str
    arguments: tuple[str, ...]
    environ: Mapping[str, str]


async def keep(child: Child, stop: asyncio.Event, tell: Callable[[str], None]) -> None:
    """Run the child until `stop`, starting it again after a crash; asks it to end, then insists.

    The child holds the reading end of a pipe whose writing end is ours alone: when we are gone, however we went, it
    reads the end and leaves (see `watch_parent`).
    """
    while not stop.is_set():
        reading, writing = os.pipe()
        os.set_inheritable(reading, True)  # noqa: FBT003 the standard library's signature
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "rekindle", *child.arguments,
            stdin=DEVNULL, pass_fds=(reading,), env={**child.environ, PARENT_PIPE: str(reading)},
            start_new_session=True,  # Ctrl-C reaches the parent, which ends its children in order
        )  # fmt: skip
        os.close(reading)
        try:
            code = await _until_ended(process, stop)
        finally:
            os.close(writing)
        if code is not None and not stop.is_set():
            logger.warning("child ended by itself", kind=child.name, code=code)
            tell(f"{child.name} ended by itself (exit {code}); starting it again")
            await asyncio.sleep(CALM_SECONDS)


async def _until_ended(process: asyncio.subprocess.Process, stop: asyncio.Event) -> int | None:
    ended = asyncio.ensure_future(process.wait())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if ended.done():
        return ended.result()
    process.terminate()
    try:
        await asyncio.wait_for(asyncio.shield(ended), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await ended
    return None


async def watch_parent(stop: asyncio.Event) -> None:
    """In a child: set `stop` when the parent is gone; return once `stop` is set, by whomever."""
    descriptor = os.environ.get(PARENT_PIPE)
    if descriptor is None:
        await stop.wait()
        return
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe = os.fdopen(int(descriptor), "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    gone, asked = asyncio.ensure_future(reader.read()), asyncio.ensure_future(stop.wait())
    try:
        # A parent that asked us to end holds its pipe until we have ended: waiting for the pipe alone ends in a kill.
        await asyncio.wait({gone, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            logger.warning("parent is gone")
            stop.set()
    finally:
        gone.cancel()
        asked.cancel()
        transport.close()
