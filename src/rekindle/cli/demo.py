"""The demo office: made once from examples/, fed through the real path, clearly a sandbox."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from rekindle.cli.context import Opened, say
from rekindle.content.install import install_builtin as install_templates
from rekindle.inbox.import_file import import_path
from rekindle.kit import resources
from rekindle.kit.db import Conn
from rekindle.kit.settings import Settings
from rekindle.office import hours, people, store
from rekindle.office.create import create
from rekindle.office.types import Mode, Role
from rekindle.sequences.install import install_builtin as install_sequences

EXAMPLE = "lakeside"
LOGIN_FILE = "demo-login.json"


@dataclass(frozen=True)
class Login:
    """How to get into the demo office; kept in the home folder, readable by its owner alone."""

    login: str
    password: str


def is_here(settings: Settings) -> bool:
    """Whether this installation's office is the demo; nobody else's office gets made-up leads."""
    return (settings.home / LOGIN_FILE).exists()


async def ensure(opened: Opened) -> Login | None:
    """The demo office of an installation that has no office yet; None where somebody made their own."""
    kept = opened.settings.home / LOGIN_FILE
    async with opened.db.plain() as conn:
        there = await store.all_offices(conn)
    if there:
        return Login(**json.loads(kept.read_text())) if kept.exists() else None
    example = resources.folder("examples") / EXAMPLE
    plan: dict[str, Any] = yaml.safe_load((example / "office.yaml").read_text(encoding="utf-8"))
    say.print(f"making the demo office {plan['name']} (sandbox)")
    at = opened.clock.now()
    owner = next(person for person in plan["people"] if person["role"] == Role.OWNER)
    known = ("slug", "name", "brokerage", "timezone", "phone", "email", "address", "booking_url")
    made = await create(
        opened.db,
        opened.keyring,
        login=owner["email"],
        owner_name=owner["name"],
        mode=Mode.SANDBOX,
        at=at,
        **{key: plan[key] for key in known},
    )
    login = Login(made.login, made.password)
    _keep(kept, login)
    async with opened.db.office(made.office_id) as conn:
        await install_templates(conn, made.office_id, at=at)
        await install_sequences(conn, made.office_id, at=at)
        for person in plan["people"]:
            await _settle_in(conn, made.office_id, person, at)
    report = await import_path(opened, made.office_id, example / "crm-export.csv", enroll="auto")
    say.print(f"imported {report} from examples/{EXAMPLE}/crm-export.csv")
    return login


async def _settle_in(conn: Conn, office_id: UUID, person: dict[str, Any], at: datetime) -> None:
    """One person with their hours; the owner is there already."""
    there = {known.email: known.id for known in await people.everybody(conn, office_id)}
    added = there.get(person["email"]) or await people.add(
        conn, office_id, email=person["email"], name=person["name"], phone=person["phone"],
        role=Role(person["role"]), at=at,
    )  # fmt: skip
    await people.set_agent(
        conn, office_id, added, timezone=person["timezone"], capacity=person["capacity"],
        week=hours.parse([[] if not day else [day] for day in person["hours"]]),
    )  # fmt: skip


def _keep(path: Path, login: Login) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(login), file)
