"""What is stuck in the machine, for those who can mend it."""

from dataclasses import dataclass
from datetime import timedelta

from rekindle.kit.db import Conn
from rekindle.office.types import Role
from rekindle.reports.today import store
from rekindle.web.pages import times
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.words import counted

DEAD_AFTER = timedelta(seconds=30)  # a worker beats every five seconds


@dataclass(frozen=True)
class Problem:
    """Something a person must mend."""

    text: str
    href: str


async def look(viewer: Viewer, conn: Conn) -> tuple[tuple[Problem, ...], str]:
    """What is stuck, and one line on who works; an agent is not asked to mend the machine."""
    if viewer.who.role.rank < Role.MANAGER.rank:
        return (), ""
    stuck = await store.stuck(conn, viewer.who.office_id)
    beats = await store.workers(conn)
    problems = []
    if stuck["dead_letters"]:
        problems.append(Problem(counted(stuck["dead_letters"], "event") + " could not be handled", "/dead-letters"))
    if stuck["dead_errands"]:
        text = counted(stuck["dead_errands"], "errand") + " to a provider could not be done"
        problems.append(Problem(text, "/dead-letters#errands"))
    if stuck["dead_leads"]:
        problems.append(Problem(counted(stuck["dead_leads"], "lead") + " could not be considered", "/dead-letters"))
    if stuck["unknown"]:
        problems.append(Problem(counted(stuck["unknown"], "message") + " of unknown fate: being asked about", ""))
    working = [row for row in beats if row["kind"] == "work" and viewer.at - row["beat_at"] < DEAD_AFTER]
    if not working:
        last = max((row["beat_at"] for row in beats if row["kind"] == "work"), default=None)
        seen = f", last seen {times.ago(last, viewer.at)}" if last else ""
        problems.append(Problem(f"No worker is running{seen}: nothing is sent until one is", ""))
    problems += [
        Problem(f"The timer {row['name']} failed: {row['error']}", "") for row in await store.failing_timers(conn)
    ]
    alive = "" if problems else counted(len(working), "worker") + " running, nothing stuck"
    return tuple(problems), alive
