"""What a new statement changes in what is known: newer wins, empty never overwrites, older only fills gaps."""

from datetime import datetime
from typing import Any

from rekindle.decide.words import FINAL_STAGES, LeadKind, Stage
from rekindle.leads.stated import Stated

Columns = dict[str, Any]  # the stated columns of one lead
NAMES = ("name", "first_name", "last_name")


def fresh(stated: Stated) -> Columns:
    """The columns of a lead that nothing is known of but this."""
    columns: Columns = {
        "created_at": stated.at,
        "name": "",
        "first_name": "",
        "last_name": "",
        "kind": LeadKind.UNKNOWN.value,
        "stage": stated.stage or Stage.NEW.value,
        "source": stated.source,
        "state": None,
        "zip": None,
        "street": None,
        "city": None,
        "attributes": stated.attributes,
        "enquiry": stated.message,
        "enquired_at": stated.at if stated.asks else None,
    }
    columns.update(stated.fields)
    return columns


def changes(known: Columns, stated: Stated) -> Columns:
    """The columns that take another value because of this statement."""
    asked: datetime | None = known["enquired_at"]
    newer = asked is None or stated.at >= asked
    changed: Columns = {
        column: value
        for column, value in stated.fields.items()
        if known[column] != value and (newer or _empty(known[column]))
    }
    if _says_less(stated.fields.get("name", ""), known["name"]):
        changed = {column: value for column, value in changed.items() if column not in NAMES or not known[column]}
    attributes = {**known["attributes"], **stated.attributes} if newer else {**stated.attributes, **known["attributes"]}
    if attributes != known["attributes"]:
        changed["attributes"] = attributes
    stage = _stage(known["stage"], stated.stage)
    if stage != known["stage"]:
        changed["stage"] = stage
    if stated.asks and (asked is None or stated.at > asked):
        changed["enquired_at"] = stated.at
    if stated.message and stated.message != known["enquiry"] and (newer or not known["enquiry"]):
        changed["enquiry"] = stated.message
    return changed


def _says_less(name: str, known: str) -> bool:
    """ "Ann" beside a known "Ann Lee" is not news."""
    return bool(known) and set(name.casefold().split()) <= set(known.casefold().split())


def _stage(known: str, stated: str) -> str:
    """A list may say that it is over, or give a new lead its stage; it never sends anybody back."""
    if stated == Stage.DO_NOT_CONTACT:
        return stated
    if not stated or known in FINAL_STAGES:
        return known
    return stated if known == Stage.NEW or stated in FINAL_STAGES else known


def _empty(value: Any) -> bool:
    return value in (None, "", LeadKind.UNKNOWN.value)
