"""What somebody wrote, apart from what their mail program quoted and what our footer adds."""

import re
from dataclasses import dataclass

# A line that begins a quotation: "> …", "On Tue, … wrote:", "hello@lakeside.example wrote:".
QUOTED = re.compile(r"^\s*(>|.{0,120}\bwrote:\s*$)", re.MULTILINE)
FOOTER = re.compile(r"^-- ?$", re.MULTILINE)


@dataclass(frozen=True)
class Parts:
    """The words, and what hangs below them."""

    said: str
    rest: str


def parts(body: str) -> Parts:
    """Split at the first quotation or footer; a body that is nothing else stays whole."""
    cuts = [found.start() for found in (QUOTED.search(body), FOOTER.search(body)) if found]
    if not cuts or not body[: min(cuts)].strip():
        return Parts(body.strip(), "")
    return Parts(body[: min(cuts)].strip(), body[min(cuts) :].strip())
