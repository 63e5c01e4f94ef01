"""Which code made a decision: raised whenever the same facts may now give another decision."""

from typing import Final

CODE: Final = "decide-1"
