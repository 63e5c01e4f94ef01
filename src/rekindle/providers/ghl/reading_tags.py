"""Tags, and whether they put a contact into Rekindle's care."""

from rekindle.providers.ghl.reading_given import LISTED, things
from rekindle.providers.ports import Account

MOST = 200


def tags(value: object) -> tuple[str, ...]:
    """Tags as the contact has them: a list, or the comma-separated text of a workflow."""
    return things(value.split(",", LISTED) if isinstance(value, str) else value)[:MOST]


def activated(given: tuple[str, ...], account: Account) -> bool | None:
    """Whether one of the office's activation tags is among them, in any case; None when it activates everybody."""
    wanted = {tag.strip().casefold() for tag in account.get("activation_tags").split(",")} - {""}
    return not wanted.isdisjoint(tag.casefold() for tag in given) if wanted else None
