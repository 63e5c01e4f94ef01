"""How often the sandbox is difficult, in shares of one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rates:
    """Faults of a request (busy, lose, fail, hold), of an address (invalid, unreachable, landline), of receipts."""

    busy: float = 0.01  # 429 with Retry-After
    lose: float = 0.003  # 500, and the message was not taken
    fail: float = 0.004  # 500, although the message was taken
    hold: float = 0.004  # taken, and no answer before the caller gives up
    invalid: float = 0.015
    unreachable: float = 0.01
    landline: float = 0.015
    late: float = 0.05
    doubled: float = 0.1
    swapped: float = 0.08
    answering: float = 1.0  # of those whose persona answers


DEMO = Rates()
# For benches and for tests of something else: everything is taken at once and nobody answers.
CALM = Rates(
    busy=0, lose=0, fail=0, hold=0, invalid=0, unreachable=0, landline=0, late=0, doubled=0, swapped=0, answering=0
)
