"""The wire between engine and sandbox: kept connections, closed ones, every way an answer may be framed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rekindle.providers.sandbox.lines import AwayError, Lines, NeverLeftError


@asynccontextmanager
async def answering_with(raw: bytes, *, closes: bool) -> AsyncIterator[tuple[Lines, list[int]]]:
    connections: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(raw)
                await writer.drain()
                if closes:
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Lines(f"http://127.0.0.1:{port}/base/") as lines:
            yield lines, connections
        await asyncio.sleep(0.05)  # the other end hears the line close


async def test_one_connection_carries_many_requests() -> None:
    async with answering_with(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", closes=False) as (lines, connections):
        answers = [await lines.request("GET", "/", deadline=5) for _ in range(3)]
    assert [a.json() for a in answers] == [{}, {}, {}]
    assert len(connections) == 1


async def test_a_connection_the_other_end_closed_is_not_used_again() -> None:
    async with answering_with(b"HTTP/1.1 204 No Content\r\n\r\n", closes=True) as (lines, connections):
        for _ in range(3):
            assert (await lines.request("GET", "/", deadline=5)).status == 204
            await asyncio.sleep(0.05)
    assert len(connections) == 3


async def test_a_chunked_answer_is_put_together() -> None:
    head = b"HTTP/1.1 429 Too Many\r\nTransfer-Encoding: chunked\r\nRetry-After: 7\r\n\r\n"
    raw = head + b"2\r\n[1\r\n2\r\n,2\r\n1\r\n]\r\n0\r\n\r\n"
    async with answering_with(raw, closes=False) as (lines, _):
        answer = await lines.request("GET", "/", deadline=5)
    assert (answer.good, answer.retry_after, answer.json()) == (False, 7.0, [1, 2])


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"\x00junk\r\n\r\n", b""])
async def test_half_an_answer_is_nobody_knows(raw: bytes) -> None:
    async with answering_with(raw, closes=True) as (lines, _):
        with pytest.raises(AwayError) as error:
            await lines.request("POST", "/", deadline=5)
        assert not isinstance(error.value, NeverLeftError)


async def test_no_answer_in_time_is_nobody_knows() -> None:
    async with answering_with(b"HTTP/1.1 200 OK\r\n", closes=False) as (lines, _):
        with pytest.raises(AwayError) as error:
            await lines.request("POST", "/", deadline=0.2)
        assert not isinstance(error.value, NeverLeftError)
