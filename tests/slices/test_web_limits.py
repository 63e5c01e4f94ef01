"""What strangers may send: the forged little, the genuine plenty, in all processes, whatever headers they forge."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.types import Scope

from rekindle.kit import settings as kit_settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.limits import Granted
from rekindle.kit.limits.blocks import Blocks
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.kit.settings import SettingsError
from rekindle.web.limits import HookLimits
from tests.conftest import NOON
from tests.slices.webkit import online

PROXY = "10.0.0.1"


def limits(db: Db, *, refused: int = 3, genuine: int = 5) -> HookLimits:
    return HookLimits(Blocks(DatabaseLimits(db)), (PROXY,), refused, genuine)


def scope(peer: str = "203.0.113.9", *forwarded: str) -> Scope:
    return {
        "type": "http",
        "client": (peer, 4711),
        "headers": [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded],
    }


async def refusals(limited: HookLimits, *scopes: Scope, at: datetime = NOON) -> list[float | None]:
    return [await limited.refused(one, "harbor", "form", at=at) for one in scopes]


async def test_the_forged_of_one_address_are_stopped_before_they_are_read_until_the_minute_ends(db: Db) -> None:
    limited = limits(db)
    assert await refusals(limited, *[scope()] * 4) == [None, None, None, 60.0]
    later = NOON + timedelta(seconds=20)
    assert await limited.admit(scope(), "harbor", "form", at=later) == 40.0
    assert await limited.admit(scope(), "harbor", "form", at=NOON + timedelta(seconds=60)) is None


async def test_other_addresses_sources_and_offices_go_on(db: Db) -> None:
    limited = limits(db)
    await refusals(limited, *[scope()] * 4)
    assert await limited.admit(scope("203.0.113.10"), "harbor", "form", at=NOON) is None
    assert await limited.admit(scope(), "harbor", "twilio", at=NOON) is None
    assert await limited.admit(scope(), "lakeside", "form", at=NOON) is None


async def test_a_forwarding_header_of_the_senders_own_making_evades_nothing(db: Db) -> None:
    limited = limits(db)
    forged = [scope("203.0.113.9", f"198.51.100.{n}") for n in range(4)]
    assert (await refusals(limited, *forged))[-1] == 60.0
    behind = [scope(PROXY, f"198.51.100.{n}, 203.0.113.77") for n in range(4)]
    assert (await refusals(limited, *behind))[-1] == 60.0
    # A proxy that adds a line of its own instead of lengthening the sender's.
    twice = [scope(PROXY, f"198.51.100.{n}", "203.0.113.78") for n in range(4)]
    assert (await refusals(limited, *twice))[-1] == 60.0


async def test_behind_a_trusted_proxy_senders_are_told_apart(db: Db) -> None:
    limited = limits(db)
    assert await refusals(limited, *(scope(PROXY, f"203.0.113.{n}") for n in range(9))) == [None] * 9


async def test_one_customers_ipv6_addresses_are_one_sender(db: Db) -> None:
    limited = limits(db)
    assert (await refusals(limited, *(scope(f"2001:db8:1:2::{n}") for n in range(4))))[-1] == 60.0
    assert await limited.admit(scope("2001:db8:1:3::1"), "harbor", "form", at=NOON) is None
    assert (await refusals(limited, *[scope("::ffff:203.0.113.50"), scope("203.0.113.50")] * 2))[-1] == 60.0


async def test_what_is_no_address_is_a_sender_too(db: Db) -> None:
    limited = limits(db)
    assert (await refusals(limited, *[scope("testclient")] * 4))[-1] == 60.0
    assert (await refusals(limited, *[{**scope(), "client": None}] * 4))[-1] == 60.0


async def test_the_genuine_of_one_endpoint_have_their_own_limit(db: Db) -> None:
    limited = limits(db)
    said = [await limited.spend("harbor", "form", at=NOON) for _ in range(6)]
    assert said == [None] * 5 + [60.0]
    assert await limited.admit(scope(), "harbor", "form", at=NOON) == 60.0
    assert await limited.spend("harbor", "twilio", at=NOON) is None


async def test_two_processes_count_together_and_both_say_no(db: Db) -> None:
    first, second = limits(db, refused=100), limits(db, refused=100)
    said = await asyncio.gather(
        *(one.refused(scope(), "harbor", "form", at=NOON) for one in (first, second) for _ in range(80))
    )
    assert said.count(None) == 100
    for one in (first, second):
        assert await one.admit(scope(), "harbor", "form", at=NOON) == 60.0


async def test_peace_asks_nobody_and_genuine_requests_ask_once_a_block() -> None:
    class Counted:
        asked = 0

        async def take(self, key: str, *, count: int, seconds: int, want: int, at: datetime) -> Granted:  # noqa: ARG002
            self.asked += 1
            return Granted(want, 60.0)

    counted = Counted()
    limited = HookLimits(Blocks(counted), (), 600, 1600)
    for _ in range(100):
        assert await limited.admit(scope(), "harbor", "form", at=NOON) is None
        assert await limited.spend("harbor", "form", at=NOON) is None
    assert counted.asked == 1


async def test_no_address_is_kept(db: Db) -> None:
    await refusals(limits(db), scope())
    async with db.plain() as conn:
        rows = await (await conn.execute("select key from rate_window")).fetchall()
    assert len(rows) == 1
    assert "203.0.113.9" not in rows[0]["key"]


@pytest.mark.parametrize("name", ["REKINDLE_HOOK_REFUSED_PER_MINUTE", "REKINDLE_HOOK_PER_MINUTE"])
def test_a_limit_that_is_none_is_refused_by_name(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        kit_settings.read({name: "0"})


async def test_the_hook_answers_429_with_the_time_to_come_again(db: Db, keyring: Keyring, clock: HandClock) -> None:
    async with online(db, keyring, clock, REKINDLE_HOOK_REFUSED_PER_MINUTE="3") as site:

        async def forged() -> httpx.Response:
            return await site.hook(secret="whsec_" + "A" * 44)

        assert [(await forged()).status_code for _ in range(3)] == [401, 401, 401]
        await forged()  # the one that learns that the minute is used up
        again = await forged()
        assert (again.status_code, again.headers["retry-after"]) == (429, "60")
        assert await site.count("event") == 0
        clock.advance(timedelta(seconds=60))
        assert (await forged()).status_code == 401
