"""What docs/providers/twilio.md lists is what there is."""

import re
from pathlib import Path

from rekindle.providers.twilio import codes, plug, states

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "providers" / "twilio.md").read_text()
SOURCES = "".join(path.read_text() for path in (ROOT / "src/rekindle/providers/twilio").glob("*.py"))


def rows(heading: str) -> str:
    """The table rows below a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(line for line in section.splitlines() if line.startswith("|"))


def test_every_field_is_explained() -> None:
    listed = set(
        re.findall(r"`([a-z_]+)`", "".join(line.split("|")[1] for line in rows("What a person enters").splitlines()))
    )
    assert listed == {field.name for field in plug.FIELDS}


def test_every_setting_is_in_the_table() -> None:
    assert set(re.findall(r"`(REKINDLE_TWILIO_[A-Z_]+)`", rows("Settings of the installation"))) == set(
        re.findall(r'"(REKINDLE_TWILIO_[A-Z_]+)"', SOURCES)
    )


def test_every_code_is_explained_and_no_other() -> None:
    sending = set(re.findall(r"`(\d{5})`", rows("Errors when sending")))
    delivery = set(re.findall(r"`(\d{5})`", rows("Errors of delivery")))
    assert sending == set(codes.REQUEST)
    assert delivery == set(codes.DELIVERY) - set(codes.REQUEST)
    assert all(f"`{code}`" in rows("Errors when sending") for code in ("WINDOW", "ACCOUNT_SID", "unreachable"))


def test_every_state_has_its_row() -> None:
    table = rows("What becomes of a message")
    for theirs, ours in states.STATES.items():
        assert re.search(rf"^\|[^|]*\b{theirs}\b[^|]*\| {ours} \|$", table, re.MULTILINE), theirs


def test_the_page_shouts_at_nobody() -> None:
    assert "!" not in PAGE
