"""Legal versions are immutable and never overlap: the database enforces this for every writer.

SQLite: triggers. PostgreSQL: a trigger for immutability, exclusion constraints (btree_gist, a trusted extension) for
overlaps. ``valid_to`` is the last day in force; the empty interval (``valid_to`` one day before ``valid_from``) marks
a version replaced on its own first day.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

VERSION = "procedures_procedureversion"
ASSIGNMENT = "procedures_localassignment"
FIXED = (
    "id", "procedure_id", "number", "decision_id", "valid_from", "title", "snapshot", "digest", "created_at",
    "created_by_id",
)  # fmt: skip


def _sqlite_overlap(table: str, pair: str, event: str) -> str:
    return f"""
    CREATE TRIGGER {table}_no_overlap_{event.split(maxsplit=1)[0].lower()} BEFORE {event} ON {table}
    WHEN NEW.valid_to IS NULL OR NEW.valid_to >= NEW.valid_from
    BEGIN
        SELECT RAISE(ABORT, '{table}: validity overlaps')
        WHERE EXISTS (
            SELECT 1 FROM {table} AS other
            WHERE {pair} AND other.id IS NOT NEW.id
              AND (other.valid_to IS NULL OR other.valid_to >= other.valid_from)
              AND (other.valid_to IS NULL OR other.valid_to >= NEW.valid_from)
              AND (NEW.valid_to IS NULL OR NEW.valid_to >= other.valid_from)
        );
    END"""  # noqa: S608 - names of our own tables


def _sqlite_statements() -> list[str]:
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    same_procedure = "other.procedure_id = NEW.procedure_id"
    same_pair = f"{same_procedure} AND other.agency_id = NEW.agency_id"
    return [
        f"""
        CREATE TRIGGER {VERSION}_immutable BEFORE UPDATE ON {VERSION}
        WHEN {changed} OR (OLD.valid_to IS NOT NULL AND NEW.valid_to IS NOT OLD.valid_to)
        BEGIN SELECT RAISE(ABORT, '{VERSION}: a version is immutable'); END""",
        f"""
        CREATE TRIGGER {VERSION}_kept BEFORE DELETE ON {VERSION}
        BEGIN SELECT RAISE(ABORT, '{VERSION}: a version is kept'); END""",
        *(
            f"""
            CREATE TRIGGER {VERSION}_order_{event.split()[0].lower()} BEFORE {event} ON {VERSION}
            WHEN NEW.valid_to < date(NEW.valid_from, '-1 day')
            BEGIN SELECT RAISE(ABORT, '{VERSION}: ends before it begins'); END"""
            for event in ("INSERT", "UPDATE OF valid_to")
        ),
        *(_sqlite_overlap(VERSION, same_procedure, event) for event in ("INSERT", "UPDATE OF valid_to")),
        *(_sqlite_overlap(ASSIGNMENT, same_pair, event) for event in ("INSERT", "UPDATE")),
    ]


def _postgresql_statements() -> list[str]:
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED if name != "snapshot")
    period = "daterange(valid_from, valid_to + 1, '[)') WITH &&"
    return [
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f"""
        CREATE FUNCTION {VERSION}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION '{VERSION}: a version is kept' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF {changed} OR NEW.snapshot::text IS DISTINCT FROM OLD.snapshot::text
               OR (OLD.valid_to IS NOT NULL AND NEW.valid_to IS DISTINCT FROM OLD.valid_to) THEN
                RAISE EXCEPTION '{VERSION}: a version is immutable'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$""",
        f"""
        CREATE TRIGGER {VERSION}_immutable BEFORE UPDATE OR DELETE ON {VERSION}
        FOR EACH ROW EXECUTE FUNCTION {VERSION}_guard()""",
        f"ALTER TABLE {VERSION} ADD CONSTRAINT version_validity_order CHECK (valid_to >= valid_from - 1)",
        f"""
        ALTER TABLE {VERSION} ADD CONSTRAINT version_no_overlap
        EXCLUDE USING gist (procedure_id WITH =, {period})""",
        f"""
        ALTER TABLE {ASSIGNMENT} ADD CONSTRAINT assignment_no_overlap
        EXCLUDE USING gist (procedure_id WITH =, agency_id WITH =, {period})""",
    ]


def _sqlite_undo() -> list[str]:
    names = [f"{VERSION}_{what}" for what in ("immutable", "kept", "order_insert", "order_update")]
    names += [f"{table}_no_overlap_{event}" for table in (VERSION, ASSIGNMENT) for event in ("insert", "update")]
    return [f"DROP TRIGGER {name}" for name in names]


def _postgresql_undo() -> list[str]:
    return [
        f"DROP TRIGGER {VERSION}_immutable ON {VERSION}",
        f"DROP FUNCTION {VERSION}_guard()",
        f"ALTER TABLE {VERSION} DROP CONSTRAINT version_validity_order",
        f"ALTER TABLE {VERSION} DROP CONSTRAINT version_no_overlap",
        f"ALTER TABLE {ASSIGNMENT} DROP CONSTRAINT assignment_no_overlap",
    ]


def guard(apps: Any, schema_editor: Any) -> None:
    """Install the guards of the versions."""
    build = _postgresql_statements if schema_editor.connection.vendor == "postgresql" else _sqlite_statements
    for statement in build():
        schema_editor.execute(statement)


def unguard(apps: Any, schema_editor: Any) -> None:
    """Remove them again."""
    build = _postgresql_undo if schema_editor.connection.vendor == "postgresql" else _sqlite_undo
    for statement in build():
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
