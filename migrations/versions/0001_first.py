"""The first schema."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL as one script through the driver: no parameter markers, no statement splitting."""
    script = Path(__file__).parent.parent / "sql" / "0001_first.sql"
    op.get_bind().connection.cursor().execute(script.read_text(encoding="utf-8"))  # type: ignore[union-attr]
