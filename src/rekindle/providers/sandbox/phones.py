"""The leads' side: what their phones show, and writing as one of them."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from rekindle.decide.words import Channel
from rekindle.providers.sandbox import accept, http, reading, store
from rekindle.providers.sandbox.store import Conn, Row
from rekindle.providers.sandbox.story import Post


async def threads(request: Request) -> Response:
    """GET /phones/{office}?limit=N: every phone with its last message, newest first."""
    sandbox = http.of(request)
    office = await sandbox.directory.by_slug(request.path_params["office"])
    if office is None:
        return http.answer([])
    limit = reading.number(request.query_params, "limit", 100)
    now = sandbox.clock.now().timestamp()
    rows = await sandbox.ledger.read(lambda conn: store.threads(conn, str(office.office_id), now=now, limit=limit))
    return http.answer([{"channel": r["channel"], "address": r["address"], "messages": [_bubble(r)]} for r in rows])


async def thread(request: Request) -> Response:
    """GET /phones/{office}/thread?channel=&address=: one phone, oldest message first."""
    sandbox = http.of(request)
    office = await sandbox.directory.by_slug(request.path_params["office"])
    channel, address = request.query_params.get("channel", ""), request.query_params.get("address", "")
    if office is None or channel not in set(Channel):
        return http.answer({"channel": channel, "address": address, "messages": []})
    now = sandbox.clock.now().timestamp()
    rows = await sandbox.ledger.read(
        lambda conn: store.thread(conn, str(office.office_id), Channel(channel), address, now=now)
    )
    return http.answer({"channel": channel, "address": address, "messages": [_bubble(row) for row in rows]})


async def reply(request: Request) -> Response:
    """POST /phones/{office}/thread {channel, address, text}: write as the lead."""
    sandbox = http.of(request)
    office = await sandbox.directory.by_slug(request.path_params["office"])
    if office is None:
        return http.answer({"message": "no such office"}, 404)
    try:
        channel, address, text = reading.said(await request.body())
    except reading.IncompleteError as error:
        return http.answer({"message": str(error)}, 400)

    def work(conn: Conn) -> str:
        now = sandbox.clock.now().timestamp()
        heard = [r for r in store.thread(conn, str(office.office_id), channel, address, now=now) if not r["by_lead"]]
        last = heard[-1] if heard else None
        subject = f"Re: {last['subject']}" if last and channel is Channel.EMAIL else ""
        ours = last["ours"] if last else ""
        post = Post(str(office.office_id), "", channel, address, ours, subject, text)
        return accept.say(conn, post, sandbox.rules, now=now)

    said_id = await sandbox.ledger.write(work)
    sandbox.bell.set()
    return http.answer({"id": said_id}, 201)


def _bubble(row: Row) -> dict[str, object]:
    return {
        "mine": bool(row["by_lead"]),
        "subject": row["subject"],
        "body": row["body"],
        "at": datetime.fromtimestamp(row["at"], UTC).isoformat(),
    }
