"""The `import` source of the inbox: its events come from this process, never from the wire."""

from collections.abc import Mapping
from datetime import datetime

from rekindle.providers.csv_file import chunk
from rekindle.providers.ports import Parsed, RefusedSignatureError

SOURCE = "import"


class CsvInbound:
    """Parses chunks of imported files."""

    source = SOURCE
    secret_kind = "import"  # noqa: S105 no office ever has one: there is no hook for files

    def verify(self, body: bytes, headers: Mapping[str, str], *, secret: bytes, at: datetime) -> str:  # noqa: ARG002 the port
        """Always refuses: a file is imported by the command line or a signed-in person, never by a webhook."""
        raise RefusedSignatureError("files are not taken by webhook")

    def parse(self, body: bytes, *, external_id: str) -> tuple[Parsed, ...]:  # noqa: ARG002 the port
        """The enquiries of one chunk; raises UnparsableError."""
        return chunk.read(body)
