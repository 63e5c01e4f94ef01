"""words.yaml, read once."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def vocabulary() -> dict[str, Any]:
    """The whole file; it travels inside the package, so it is there."""
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return read


def inverted(table: dict[str, list[str]]) -> dict[str, str]:
    """Word to key."""
    return {str(word): key for key, words in table.items() for word in words}
