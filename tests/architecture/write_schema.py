"""Writes docs/schema.md: `make schema`."""

import tempfile
from pathlib import Path

from rekindle.kit import migrate, postgres, settings
from tests.architecture.schema_doc import DOC, describe

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o711)
        with postgres.running(settings.read({"REKINDLE_HOME": home})) as url:
            migrate.upgrade(url)
            DOC.write_text(describe(url))
