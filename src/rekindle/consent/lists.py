"""Our blocks and a provider's own list are kept the same: what we block is put there, what it has blocks here."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from rekindle.errands import ask as errands
from rekindle.errands.line import Line
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, Kind
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import address_hash
from rekindle.kit.db import Conn, Db
from rekindle.providers.ports import Account, Listed


async def want(conn: Conn, office_id: UUID, office_key: bytes, address: str, *, at: datetime) -> None:
    """Have an e-mail address put on the lists of whoever sends the office's mail."""
    key = address_hash(office_key, address).hex()
    await errands.ask(conn, office_id, Kind.LIST, key, {"address": address}, at=at)


def handler(db: Db, clock: Clock, line: Line, lists: Mapping[str, Listed]) -> Handler:
    """Runs errands of kind LIST: first one that finds out whose lists there are, then one a list, each on its own."""

    async def run(errand: Errand) -> str:
        provider = errand.payload.get("provider")
        return await (_spread(errand) if provider is None else _add(errand, provider))

    async def _spread(errand: Errand) -> str:
        held = await line.accounts.of(errand.office_id)
        keepers = sorted(set(lists) & set(held.accounts)) if held else []
        at = clock.now()
        async with db.office(errand.office_id) as conn:
            for keeper in keepers:
                payload = {**errand.payload, "provider": keeper}
                await errands.ask(conn, errand.office_id, Kind.LIST, f"{keeper}:{errand.key}", payload, at=at)
        return f"on {len(keepers)} lists"

    async def _add(errand: Errand, provider: str) -> str:
        keeper = lists.get(provider)
        if keeper is None:
            raise HopelessError(f"nothing is wired in that keeps a list at {provider}")

        async def work(account: Account) -> None:
            await keeper.add(errand.payload["address"], account, deadline=DEADLINE)

        await line.call(errand.office_id, provider, keeper.limits, work)
        return "listed"

    return run
