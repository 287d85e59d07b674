"""A migration operation that makes rows append-only by database triggers, on PostgreSQL and SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION portal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class AppendOnly(Operation):
    """Refuse UPDATE, DELETE and TRUNCATE on the table of a model; with `columns`, only updates of these columns.

    `until` names a date column: after that day a row may be deleted (a retention period enforced by the database).
    TRUNCATE (PostgreSQL only) is always refused. Triggers of an earlier operation on the table are replaced. Both
    databases raise `IntegrityError`. Reversible: the triggers are dropped; those with a date are replaced by those
    without.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, columns: Sequence[str] = (), until: str = "") -> None:
        self.model_name = model_name
        self.columns = tuple(columns)
        self.until = until

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the model state unchanged: triggers exist in the database only."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        self._drop(schema_editor, table)
        for statement in self._create(table, schema_editor.connection.vendor, self.until):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        self._drop(schema_editor, table)
        for statement in self._create(table, schema_editor.connection.vendor) if self.until else ():
            schema_editor.execute(statement, params=None)

    def _drop(self, schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
        on_table = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        for event in ("update", "delete", "truncate"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{event}{on_table}")

    def describe(self) -> str:
        """Return the description for `migrate --plan`."""
        return f"Make {self.model_name} append-only"

    @property
    def migration_name_fragment(self) -> str:
        """Name the migration after the model."""
        return f"{self.model_name.lower()}_append_only"

    def _create(self, table: str, vendor: str, until: str = "") -> list[str]:
        # "UPDATE OF" fires for every column in the statement, changed or not, so the values are compared.
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in self.columns)
        kept = f" WHEN (OLD.{until} IS NULL OR OLD.{until} >= CURRENT_DATE)" if until else ""
        when = {"UPDATE": f" WHEN ({changed})" if changed else "", "DELETE": kept}
        triggers = [
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW{when[event]}"
            for event in ("UPDATE", "DELETE")
        ]
        if vendor == "postgresql":
            # Row triggers do not fire for TRUNCATE, and a retention period does not allow deleting the whole table.
            triggers.append(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            )
            return [
                POSTGRES_FUNCTION,
                *(f"{trigger} EXECUTE FUNCTION portal_refuse_change()" for trigger in triggers),
            ]
        return [
            f"{trigger} BEGIN SELECT RAISE(ABORT, '{table} rows are append-only'); END"
            for trigger in triggers
        ]
