"""A real SMTP server on loopback that keeps what it takes, and fails where a test says."""

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

END = b"\r\n.\r\n"


class Fail(StrEnum):
    """What happens instead of an answer."""

    HANG = "hang"
    CUT = "cut"
    DRIP = "drip"
    NONSENSE = "nonsense"
    ENDLESS = "endless"


@dataclass(frozen=True)
class Taken:
    sender: str
    to: str
    body: bytes
    encrypted: bool
    user: str


@dataclass
class FakeSmtp:
    """`says` maps a verb (CONNECT, EHLO, AUTH, MAIL, RCPT, DATA, BODY, END, ...) to another reply or a failure.

    BODY is while the mail is on its way, END is when its last dot has come. `keeps` False: END fails before taking.
    """

    tls: ssl.SSLContext
    wrapped: bool = False
    offers: tuple[str, ...] = ("STARTTLS", "SIZE 100000", "DSN", "AUTH PLAIN")
    password: str = "right"
    says: dict[str, str | Fail] = field(default_factory=dict)
    keeps: bool = True
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            await _Talk(self, reader, writer).run()
        writer.transport.abort()


@dataclass
class _Talk:
    server: FakeSmtp
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    encrypted: bool = False
    user: str = ""
    sender: str = ""
    to: str = ""

    async def run(self) -> None:
        self.encrypted = self.server.wrapped
        await self.say("CONNECT", "220 fake ESMTP")
        while line := await self.reader.readline():
            command = line.decode("utf-8", "replace").strip()
            self.server.commands.append(command)
            verb, _, rest = command.partition(" ")
            if not await self.answer(verb.upper(), rest):
                return

    async def answer(self, verb: str, rest: str) -> bool:
        match verb:
            case "EHLO":
                offers = [o for o in self.server.offers if not (self.encrypted and o == "STARTTLS")]
                lines = ["fake", *offers]
                await self.say(verb, "\r\n".join(f"250{'-' if o is not lines[-1] else ' '}{o}" for o in lines))
            case "STARTTLS":
                await self.say(verb, "220 go on")
                await self.writer.start_tls(self.server.tls)
                self.encrypted = True
            case "AUTH":
                _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
                good = password == self.server.password
                self.user = user if good else ""
                await self.say(verb, "235 2.7.0 welcome" if good else "535 5.7.8 no")
            case "MAIL":
                self.sender = rest.partition("<")[2].partition(">")[0]
                await self.say(verb, "250 2.1.0 ok")
            case "RCPT":
                self.to = rest.partition("<")[2].partition(">")[0]
                await self.say(verb, "250 2.1.5 ok")
            case "DATA":
                await self.say(verb, "354 go on")
                if "DATA" not in self.server.says:
                    await self.body()
            case "QUIT":
                return False
            case _:
                await self.say(verb, "250 ok")
        return True

    async def body(self) -> None:
        if "BODY" in self.server.says:
            await self.reader.read(10)
            await self.say("BODY", "")
        body = await self.reader.readuntil(END)
        if self.server.keeps:
            self.server.taken.append(Taken(self.sender, self.to, body[: -len(END) + 2], self.encrypted, self.user))
        await self.say("END", "250 2.0.0 queued")

    async def say(self, verb: str, usual: str) -> None:
        said = self.server.says.get(verb, usual)
        match said:
            case Fail.CUT:
                self.writer.transport.abort()
                raise ConnectionAbortedError
            case Fail.HANG if verb == "BODY":
                await asyncio.Event().wait()  # reads no further: the rest of the mail cannot leave
            case Fail.HANG:
                await self.reader.read()
                raise ConnectionAbortedError
            case Fail.DRIP:
                while True:
                    self.writer.write(b"2")
                    await self.writer.drain()
                    await asyncio.sleep(0.02)
            case Fail.ENDLESS:
                while True:
                    self.writer.write(b"250-more\r\n")
                    await self.writer.drain()
                    await asyncio.sleep(0)
            case Fail.NONSENSE:
                self.writer.write(b"\x00\xff\xfe what\r\n")
            case _:
                self.writer.write(said.encode() + b"\r\n")
        await self.writer.drain()


@asynccontextmanager
async def serving(server: FakeSmtp) -> AsyncIterator[FakeSmtp]:
    """The server on a free port; nothing of it is left when the block ends."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await server.talk(reader, writer)

    # A small buffer, so that a mail the server does not read cannot leave into the network either.
    door = socket.create_server(("127.0.0.1", 0))
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    listening = await asyncio.start_server(
        connected, sock=door, ssl=server.tls if server.wrapped else None, limit=2**20
    )
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
