"""A real IMAP server on loopback with one folder: just enough commands for a client that only reads."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

_SIZE = re.compile(r"(\d+) \(RFC822\.SIZE\)")
_BODY = re.compile(r"(\d+) \(BODY\.PEEK\[(|HEADER)\]\)")


@dataclass
class FakeImap:
    """`mails` by UID. `fails` maps a command to what happens instead: "NO", "hang", "cut" or "nonsense"."""

    tls: ssl.SSLContext
    mails: dict[int, bytes] = field(default_factory=dict)
    days: dict[int, datetime] = field(default_factory=dict)
    validity: int = 1
    sizes: dict[int, int] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    def put(self, raw: bytes, *, at: datetime) -> None:
        uid = max(self.mails, default=0) + 1
        self.mails[uid], self.days[uid] = raw, at

    def renumber(self) -> None:
        """As a server does after a repair: new UIDs for all, and a new UIDVALIDITY."""
        self.validity += 1
        self.days = {uid + 100: self.days[uid] for uid in self.mails}
        self.mails = {uid + 100: raw for uid, raw in self.mails.items()}

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
            writer.write(b"* OK ready\r\n")
            while line := await reader.readline():
                command = line.decode().strip()
                tag, _, rest = command.partition(" ")
                self.commands.append(rest)
                if not await self._answer(tag, rest, reader, writer):
                    break
        writer.transport.abort()

    async def _answer(self, tag: str, rest: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        verb = " ".join(rest.split()[: 2 if rest.startswith("UID") else 1])
        match self.fails.get(verb):
            case "hang":
                await reader.read()
                return False
            case "cut":
                return False
            case "nonsense":
                writer.write(b"\x00\xff {999\r\n* what\r\n")
            case "NO":
                writer.write(f"{tag} NO refused\r\n".encode())
            case _:
                writer.write(self._said(verb, rest) + f"{tag} OK done\r\n".encode())
        await writer.drain()
        return verb != "LOGOUT"

    def _said(self, verb: str, rest: str) -> bytes:
        match verb:
            case "CAPABILITY":
                return b"* CAPABILITY IMAP4rev1\r\n"
            case "EXAMINE":
                codes = f"[UIDVALIDITY {self.validity}] x\r\n* OK [UIDNEXT {max(self.mails, default=0) + 1}] x\r\n"
                return f"* {len(self.mails)} EXISTS\r\n* OK {codes}* OK [READ-ONLY] x\r\n".encode()
            case "UID SEARCH":
                return f"* SEARCH {' '.join(map(str, self._found(rest)))}\r\n".encode()
            case "UID FETCH":
                return self._fetched(rest)
            case _:
                return b""

    def _found(self, rest: str) -> list[int]:
        if since := re.search(r"SINCE (\S+)", rest):
            first = datetime.strptime(since[1], "%d-%b-%Y").replace(tzinfo=UTC)
            return [uid for uid in self.mails if self.days[uid] >= first]
        if begin := re.search(r"UID (\d+):\*", rest):
            last = max(self.mails, default=0)
            return [uid for uid in self.mails if uid >= int(begin[1]) or uid == last]
        return list(self.mails)

    def _fetched(self, rest: str) -> bytes:
        if size := _SIZE.search(rest):
            uid = int(size[1])
            return f"* 1 FETCH (UID {uid} RFC822.SIZE {self.sizes.get(uid, len(self.mails[uid]))})\r\n".encode()
        body = _BODY.search(rest)
        assert body is not None
        raw = self.mails[int(body[1])]
        raw = raw.partition(b"\n\n")[0] + b"\n\n" if body[2] else raw
        return f"* 1 FETCH (UID {body[1]} BODY[{body[2]}] {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"


@asynccontextmanager
async def serving(server: FakeImap) -> AsyncIterator[FakeImap]:
    """The server on a free port, encrypted from the first byte; nothing of it is left when the block ends."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await server.talk(reader, writer)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=server.tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _ in range(5):
            await asyncio.sleep(0)  # an aborted transport lets go of its socket a little later
