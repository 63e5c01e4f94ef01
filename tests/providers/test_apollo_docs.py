"""What docs/providers/apollo.md lists is what there is."""

import re
from pathlib import Path

from rekindle.providers.apollo import person, plug, result, settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "providers" / "apollo.md").read_text()
SOURCES = "".join(path.read_text() for path in (ROOT / "src/rekindle/providers/apollo").glob("*.py"))


def test_every_field_and_setting_is_in_a_table() -> None:
    for name in (*(field.name for field in plug.FIELDS), settings.NAME):
        assert f"| `{name}` |" in PAGE


def test_every_error_is_explained() -> None:
    raised = {*result.GONE, result.PENDING, *re.findall(r'CallFailedError\("([a-z_]+)"', SOURCES)}
    assert {"no_key", "unreachable", "malformed"} <= raised
    assert {code for code in raised if f"`{code}`" not in PAGE} == set()


def test_every_kind_of_fact_is_named() -> None:
    kept = PAGE.partition("## What we store")[2].partition("\n## ")[0].lower()
    for fact in {*person.FACTS.values(), *person.COMPANY.values()} - {"first_name", "last_name"}:
        assert fact in kept


def test_the_page_shouts_at_nobody() -> None:
    assert "!" not in PAGE
