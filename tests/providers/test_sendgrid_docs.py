"""What docs/providers/sendgrid.md lists is what there is."""

import re
from pathlib import Path

import pytest

from rekindle.providers.sendgrid import word
from rekindle.providers.sendgrid.plug import FIELDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "providers" / "sendgrid.md").read_text()
SOURCES = "".join(path.read_text() for path in (ROOT / "src/rekindle/providers/sendgrid").glob("*.py"))


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_is_explained(field: object) -> None:
    assert f"| `{field.name}` |" in PAGE  # type: ignore[attr-defined]


def test_every_setting_is_in_the_table() -> None:
    used = set(re.findall(r'"(REKINDLE_SENDGRID_[A-Z_]+)"', SOURCES))
    assert used
    assert {name for name in used if f"| `{name}` |" not in PAGE} == set()


def test_every_code_has_its_mend() -> None:
    raised = set(re.findall(r'Error\(\s*"([a-z-]+)"', SOURCES)) | {code for code, _ in word.DROPS.values()}
    assert {"no-key", "unreachable", "dropped-spam"} <= raised
    assert {code for code in raised if f"`{code}`" not in PAGE} == set()


def test_every_kind_of_event_is_in_the_table() -> None:
    kinds = {*word.PROGRESS, *word.OPT_OUTS, "bounce", "dropped", "open", "click", "group_resubscribe"}
    assert {kind for kind in kinds if not re.search(rf"^\|[^|]*\b{kind}\b", PAGE, re.MULTILINE)} == set()


def test_the_page_shouts_at_nobody() -> None:
    assert "!" not in PAGE
