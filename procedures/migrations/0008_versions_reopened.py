"""Let a version be reopened when the one for which it was closed is withdrawn (ADR 360).

Everything else about a version stays immutable, as in migration 0002. A version is reopened only if another one was to
begin on the day after it and was in force on no day, and if no later one was, is or will be in force.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

VERSION = "procedures_procedureversion"
FIXED = (
    "id", "procedure_id", "number", "decision_id", "valid_from", "title", "snapshot", "digest", "created_at",
    "created_by_id",
)  # fmt: skip


def _reopened(next_day: str) -> str:
    """Return the condition of reopening; ``next_day`` is the day after the version was closed."""
    later = f"SELECT 1 FROM {VERSION} AS later WHERE later.procedure_id = OLD.procedure_id AND later.number > OLD.number"  # noqa: S608
    return f"""(
        NEW.valid_to IS NULL AND OLD.valid_to >= OLD.valid_from
        AND EXISTS ({later} AND later.valid_from = {next_day})
        AND NOT EXISTS ({later} AND (later.valid_to IS NULL OR later.valid_to >= later.valid_from))
    )"""


def _sqlite_statements(reopening: bool) -> list[str]:
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    unless = "AND NOT " + _reopened("date(OLD.valid_to, '+1 day')") if reopening else ""
    return [
        f"DROP TRIGGER {VERSION}_immutable",
        f"""
        CREATE TRIGGER {VERSION}_immutable BEFORE UPDATE ON {VERSION}
        WHEN {changed} OR (OLD.valid_to IS NOT NULL AND NEW.valid_to IS NOT OLD.valid_to {unless})
        BEGIN SELECT RAISE(ABORT, '{VERSION}: a version is immutable'); END""",
    ]


def _postgresql_statements(reopening: bool) -> list[str]:
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED if name != "snapshot")
    unless = "AND NOT " + _reopened("OLD.valid_to + 1") if reopening else ""
    return [
        f"""
        CREATE OR REPLACE FUNCTION {VERSION}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION '{VERSION}: a version is kept' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF {changed} OR NEW.snapshot::text IS DISTINCT FROM OLD.snapshot::text
               OR (OLD.valid_to IS NOT NULL AND NEW.valid_to IS DISTINCT FROM OLD.valid_to {unless}) THEN
                RAISE EXCEPTION '{VERSION}: a version is immutable'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$""",
    ]


def _guard(schema_editor: Any, *, reopening: bool) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in (_postgresql_statements if postgresql else _sqlite_statements)(reopening):
        schema_editor.execute(statement)


def allow_reopening(apps: Any, schema_editor: Any) -> None:
    """Replace the guard."""
    _guard(schema_editor, reopening=True)


def forbid_reopening(apps: Any, schema_editor: Any) -> None:
    """Restore the guard of migration 0002."""
    _guard(schema_editor, reopening=False)


class Migration(migrations.Migration):
    dependencies = [("procedures", "0007_import_row_foreign")]

    operations = [migrations.RunPython(allow_reopening, forbid_reopening)]
