"""Describes a migrated database from its own catalogue; `make schema` writes it to docs/schema.md."""

from pathlib import Path

import psycopg

DOC = Path(__file__).parents[2] / "docs" / "schema.md"

HEAD = """# The schema

Written by `make schema` from a database that the migrations built; a test compares the two. `wall` says that row-level
security narrows every row to the transaction's office. Rights are what the engine's own role, `rekindle_app`, holds.

"""

TABLES = """
select c.oid, c.relname as name, c.relrowsecurity as wall, c.relkind = 'p' as monthly
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
order by 2
"""
COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
from pg_attribute a where a.attrelid = %s and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
INDEXES = """
select pg_get_indexdef(indexrelid) from pg_index where indrelid = %s order by 1
"""
RIGHTS = """
select lower(p) from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p
where has_table_privilege('rekindle_app', %s, p)
"""


def describe(url: str) -> str:
    """The whole document for the database at `url`."""
    parts = [HEAD]
    with psycopg.connect(url) as conn:
        for oid, name, wall, monthly in conn.execute(TABLES).fetchall():
            rights = ", ".join(r[0] for r in conn.execute(RIGHTS, (oid,)))
            traits = ["wall" if wall else "no wall"] + (["one partition a month"] if monthly else [])
            parts.append(f"## {name}\n\n{', '.join(traits)}; rights: {rights or 'none'}\n\n")
            parts.append("| column | type | |\n|---|---|---|\n")
            for column, kind, required in conn.execute(COLUMNS, (oid,)).fetchall():
                parts.append(f"| {column} | {kind} | {'required' if required else ''} |\n")
            indexes = [row[0].replace("public.", "") for row in conn.execute(INDEXES, (oid,))]
            parts.append("\n" + "".join(f"- `{line}`\n" for line in indexes) + "\n")
    return "".join(parts).rstrip() + "\n"
