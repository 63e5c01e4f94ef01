"""What docs/providers/sandbox.md lists is what there is."""

from pathlib import Path

import pytest

from rekindle.providers.sandbox import codes
from rekindle.providers.sandbox.personas import Persona
from rekindle.providers.sandbox.story import Fault

PAGE = (Path(__file__).parents[2] / "docs" / "providers" / "sandbox.md").read_text()


@pytest.mark.parametrize("listed", [Fault, Persona])
def test_every_word_of_a_script_is_listed_in_order(listed: type[Fault | Persona]) -> None:
    assert f"`{' '.join(listed)}`" in " ".join(PAGE.split())


def test_every_code_is_named() -> None:
    missing = [code for code in codes.ALL if code not in PAGE and code != codes.INCOMPLETE.code]
    assert missing == []
