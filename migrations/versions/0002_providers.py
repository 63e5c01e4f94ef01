"""Providers for real."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL as one script through the driver: no parameter markers, no statement splitting."""
    script = Path(__file__).parent.parent / "sql" / "0002_providers.sql"
    op.get_bind().connection.cursor().execute(script.read_text(encoding="utf-8"))  # type: ignore[union-attr]
