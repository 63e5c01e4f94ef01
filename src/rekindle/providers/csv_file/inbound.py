"""The `import` source of the inbox: its events come from this process, never from the wire."""

from rekindle.decide.words import Lane
from rekindle.providers.csv_file import chunk
from rekindle.providers.ports import Account, Event, Inbound, Parsed, RefusedSignatureError, Request, Verified

SOURCE = "import"


class CsvInbound(Inbound):
    """Parses chunks of imported files."""

    source = SOURCE
    provider = "import"  # no office ever has such an account: there is no hook for files
    lane = Lane.BULK

    def verify(self, request: Request, account: Account) -> Verified:  # noqa: ARG002 the port
        """Always refuses: a file is imported by the command line or a signed-in person, never by a webhook."""
        raise RefusedSignatureError("files are not taken by webhook")

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the port
        """The enquiries of one chunk; raises UnparsableError."""
        return chunk.read(event.body)
