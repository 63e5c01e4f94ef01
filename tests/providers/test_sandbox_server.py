"""The sandbox over real loopback HTTP: what is taken is found, what is unknown is told apart, webhooks all arrive."""

import asyncio
import socket
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from rekindle.decide.words import Channel, MessageState
from rekindle.kit import settings
from rekindle.kit.clock import HandClock, SystemClock
from rekindle.providers.ports import Accepted, CannotTell, Found, Missing, SendRefusedError, SendUncertainError
from rekindle.providers.sandbox.lines import Lines
from rekindle.providers.sandbox.rates import CALM
from rekindle.providers.sandbox.sender import SandboxSender
from rekindle.providers.sandbox.serve import SandboxPortError, serve
from tests.providers.conftest import ACCOUNT, OFFICE, Start, free_port, outgoing, until

ANN = "+13125550142"


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("key", ["0190:intro:sms", "a/b?c=d%2F&e #f", "person:ü"])
async def test_what_is_accepted_is_found_under_its_key(start: Start, channel: Channel, key: str) -> None:
    async with start() as running:
        sent = outgoing(key, "ann@mail.example" if channel is Channel.EMAIL else ANN, channel)
        accepted = await running.sender.send(sent, ACCOUNT, deadline=5)
        found = await running.sender.find(sent, ACCOUNT, deadline=5)
        assert isinstance(found, Found)
        assert found.provider_id == accepted.provider_id
        assert isinstance(await running.sender.find(outgoing(key + "x"), ACCOUNT, deadline=5), Missing)


async def test_receipts_arrive_signed_and_find_follows(start: Start) -> None:
    async with start() as running:
        accepted = await running.sender.send(outgoing("k"), ACCOUNT, deadline=5)
        await until(lambda: len(running.engine.receipts) == 2)
        assert [(r.state, r.key, r.provider_id, r.permanent) for r in running.engine.receipts] == [
            (MessageState.SENT, "k", accepted.provider_id, False),
            (MessageState.DELIVERED, "k", accepted.provider_id, False),
        ]
        found = await running.sender.find(outgoing("k"), ACCOUNT, deadline=5)
        assert found == Found(accepted.provider_id, MessageState.DELIVERED)


@pytest.mark.parametrize(("fault", "permanent", "code"), [("busy", False, "20429"), ("invalid", True, "21211")])
async def test_a_refusal_carries_the_one_bit(start: Start, fault: str, permanent: bool, code: str) -> None:
    async with start() as running:
        await running.script(ANN, fault=fault)
        with pytest.raises(SendRefusedError) as refused:
            await running.sender.send(outgoing("k"), ACCOUNT, deadline=5)
        assert (refused.value.permanent, refused.value.code) == (permanent, code)
        assert (refused.value.retry_after is None) == permanent
        assert isinstance(await running.sender.find(outgoing("k"), ACCOUNT, deadline=5), Missing)
        assert isinstance(await running.sender.send(outgoing("k"), ACCOUNT, deadline=5), Accepted)


@pytest.mark.parametrize("fault", ["hold", "fail"])
async def test_taken_without_an_answer_is_uncertain_and_then_found(start: Start, fault: str) -> None:
    async with start() as running:
        await running.script(ANN, fault=fault)
        with pytest.raises(SendUncertainError):
            await running.sender.send(outgoing("k"), ACCOUNT, deadline=0.5)
        assert isinstance(await running.sender.find(outgoing("k"), ACCOUNT, deadline=5), Found)


async def test_lost_without_an_answer_is_uncertain_and_then_missing(start: Start) -> None:
    async with start() as running:
        await running.script(ANN, fault="lose")
        with pytest.raises(SendUncertainError):
            await running.sender.send(outgoing("k"), ACCOUNT, deadline=5)
        assert isinstance(await running.sender.find(outgoing("k"), ACCOUNT, deadline=5), Missing)


async def test_a_request_that_comes_after_its_deadline_is_not_taken(start: Start) -> None:
    async with start() as running, running.lines() as lines:
        late = SandboxSender(lines, HandClock(SystemClock().now() - timedelta(seconds=60)))
        with pytest.raises(SendRefusedError) as refused:
            await late.send(outgoing("k"), ACCOUNT, deadline=30)
        assert (refused.value.code, refused.value.permanent) == ("20408", False)
        assert isinstance(await late.find(outgoing("k"), ACCOUNT, deadline=5), Missing)


@pytest.mark.parametrize(("fault", "code", "permanent"), [("landline", "30006", True), ("unreachable", "30003", False)])
async def test_undelivered_says_why(start: Start, fault: str, code: str, permanent: bool) -> None:
    async with start() as running:
        await running.script(ANN, fault=fault)
        await running.sender.send(outgoing("k"), ACCOUNT, deadline=5)
        await until(lambda: len(running.engine.receipts) == 2)
        last = running.engine.receipts[-1]
        assert (last.state, last.code, last.permanent) == (MessageState.UNDELIVERED, code, permanent)


async def test_receipts_come_doubled_and_out_of_order_and_all_of_them(start: Start) -> None:
    async with start(rates=replace(CALM, doubled=0.5, swapped=0.5), speed=20) as running:
        running.engine.refuse = 15
        keys = [f"k{n}" for n in range(40)]
        await asyncio.gather(
            *(running.sender.send(outgoing(k, f"+1312555{n:04d}"), ACCOUNT, deadline=5) for n, k in enumerate(keys))
        )
        await until(lambda: {(r.key, r.state) for r in running.engine.receipts} == _all_of(keys), seconds=20)
        await until(lambda: len(running.engine.receipts) > 2 * len(keys))
        by_key = {k: [r.state for r in running.engine.receipts if r.key == k] for k in keys}
        assert any(states[0] is MessageState.DELIVERED for states in by_key.values())
        ids = Counter(event_id for event_id, _ in running.engine.events)
        assert any(n > 1 for n in ids.values())  # doubled under its id
        assert any(max(Counter(states).values()) > 1 for states in by_key.values())


def _all_of(keys: list[str]) -> set[tuple[str, MessageState]]:
    return {(k, s) for k in keys for s in (MessageState.SENT, MessageState.DELIVERED)}


async def test_a_lead_answers_and_after_its_stop_only_a_confirmation_passes(start: Start) -> None:
    async with start(speed=100) as running:
        await running.script(ANN, persona="interested")
        await running.sender.send(outgoing("k1"), ACCOUNT, deadline=5)
        await until(lambda: len(running.engine.replies) == 1)
        reply = running.engine.replies[0]
        assert (reply.channel, reply.sender, reply.to) == (Channel.SMS, ANN, "+13125550100")
        await running.phone.reply("lakeside", Channel.SMS, ANN, "Stop!")
        await until(lambda: len(running.engine.replies) == 2)
        assert running.engine.replies[1].body == "Stop!"
        await running.sender.send(outgoing("stop:1", body="You are opted out."), ACCOUNT, deadline=5)
        with pytest.raises(SendRefusedError) as refused:
            await running.sender.send(outgoing("k2"), ACCOUNT, deadline=5)
        assert (refused.value.code, refused.value.permanent) == ("21610", True)
        await running.phone.reply("lakeside", Channel.SMS, ANN, "START")
        assert isinstance(await running.sender.send(outgoing("k3"), ACCOUNT, deadline=5), Accepted)
        await until(lambda: len(running.engine.receipts) == 6)
        assert len(running.engine.replies) == 3


async def test_who_types_as_the_lead_takes_back_what_it_meant_to_say(start: Start) -> None:
    async with start(speed=1) as running:
        await running.script(ANN, persona="question")
        await running.sender.send(outgoing("k"), ACCOUNT, deadline=5)
        await running.phone.reply("lakeside", Channel.SMS, ANN, "please leave me alone")
        await until(lambda: len(running.engine.replies) == 1)
        counts = (await running.client.get("/ledger")).json()
        assert counts["said"] == 1


async def test_the_phone_shows_what_it_got_and_what_was_typed(start: Start) -> None:
    async with start() as running:
        assert (await running.phone.thread("lakeside", Channel.SMS, ANN)).messages == ()
        await running.sender.send(outgoing("k1", body="Hello 👋 ñ"), ACCOUNT, deadline=5)
        await running.sender.send(outgoing("k2", "ann@mail.example", Channel.EMAIL), ACCOUNT, deadline=5)
        await running.phone.reply("lakeside", Channel.EMAIL, "ann@mail.example", "Who is this?")
        shown = await running.phone.thread("lakeside", Channel.SMS, ANN)
        assert [(m.mine, m.body) for m in shown.messages] == [(False, "Hello 👋 ñ")]
        threads = await running.phone.threads("lakeside", limit=10)
        assert [(t.address, t.messages[0].mine, t.messages[0].subject) for t in threads] == [
            ("ann@mail.example", True, "Re: Your question"),
            (ANN, False, ""),
        ]
        assert len(await running.phone.threads("lakeside", limit=1)) == 1
        assert await running.phone.threads("nobody", limit=1) == ()
        await until(lambda: len(running.engine.replies) == 1)
        assert running.engine.replies[0].to == "hello@lakeside.example"


async def test_a_double_send_shows(start: Start) -> None:
    async with start() as running:
        first = await running.sender.send(outgoing("k"), ACCOUNT, deadline=5)
        assert (await running.client.get("/ledger/doubles")).json() == []
        second = await running.sender.send(outgoing("k"), ACCOUNT, deadline=5)
        assert first.provider_id != second.provider_id
        doubles = (await running.client.get("/ledger/doubles")).json()
        assert doubles == [{"office": str(OFFICE.office_id), "key": "k", "count": 2}]
        taken = (await running.client.get("/ledger/taken", params={"after": 0})).json()
        assert [row["key"] for row in taken] == ["k", "k"]


async def test_without_the_token_only_health_answers(start: Start) -> None:
    async with start() as running, httpx.AsyncClient(base_url=running.client.base_url) as stranger:
        health = await stranger.get("/health")
        assert (health.json()["sandbox"], health.headers["rekindle-sandbox"]) == (True, "yes")
        for wrong in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer"}):
            assert (await stranger.get("/ledger", headers=wrong)).status_code == 401
        async with Lines(str(running.client.base_url), headers={"authorization": "Bearer wrong"}) as lines:
            with pytest.raises(SendRefusedError) as refused:
                await SandboxSender(lines, SystemClock()).send(outgoing("k"), ACCOUNT, deadline=5)
        assert not refused.value.permanent


@pytest.mark.parametrize("body", [b"", b"[]", b'{"office":"o"}', b'{"office":"o","key":"k","to":5,"body":"b"}'])
async def test_half_a_message_is_refused(start: Start, body: bytes) -> None:
    async with start() as running:
        answer = await running.client.post("/sms", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, 21604)


async def test_nobody_listening_is_a_refusal_and_a_cut_line_is_uncertain() -> None:
    async with Lines(f"http://127.0.0.1:{free_port()}") as lines:
        sender = SandboxSender(lines, SystemClock())
        with pytest.raises(SendRefusedError) as refused:
            await sender.send(outgoing("k"), ACCOUNT, deadline=5)
        assert (refused.value.code, refused.value.permanent) == ("unreachable", False)
        with pytest.raises(SendUncertainError):
            await sender.find(outgoing("k"), ACCOUNT, deadline=5)

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as cutting:
        port = cutting.sockets[0].getsockname()[1]
        async with Lines(f"http://127.0.0.1:{port}") as lines:
            with pytest.raises(SendUncertainError):
                await SandboxSender(lines, SystemClock()).send(outgoing("k"), ACCOUNT, deadline=5)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"],
)
async def test_something_else_on_the_port_cannot_tell(answer: bytes) -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Lines(f"http://127.0.0.1:{port}") as lines:
            found = await SandboxSender(lines, SystemClock()).find(outgoing("k"), ACCOUNT, deadline=5)
            assert isinstance(found, CannotTell)


async def test_the_feed_fills_in_the_form_and_goes_on_where_it_stopped(start: Start) -> None:
    async with start(feed_count=8, speed=100) as running:
        await until(lambda: len(running.engine.enquiries) == 8)
    async with start(feed_count=12, speed=100) as running:
        await until(lambda: len(running.engine.enquiries) == 12)
        await asyncio.sleep(0.3)
    ids = [event_id for event_id, _ in running.engine.events]
    assert ids == [f"feed-7-{n:05d}" for n in range(12)]
    assert all(e.emails or e.phones for e in running.engine.enquiries)


async def test_a_port_in_use_is_said_so(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        set_up = settings.read({"REKINDLE_HOME": str(home), "REKINDLE_SANDBOX_PORT": port})
        with pytest.raises(SandboxPortError, match="REKINDLE_SANDBOX_PORT"):
            await serve(settings=set_up, token="t", offices=[], feed_count=0, clock=SystemClock(), stop=asyncio.Event())
