"""A migration operation: every change of a table changes the generation of the rules (``forms_app.dossiers.rules``)."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

TABLE = "dossiers_rulegeneration"
# Random, not counted: a generation whose transaction was rolled back must never recur for other rows.
_CHANGE = {
    "postgresql": f"UPDATE {TABLE} SET generation = floor(random() * 9007199254740991)::bigint",  # noqa: S608
    "sqlite": f"UPDATE {TABLE} SET generation = random() & 9007199254740991",  # noqa: S608 - a constant
}
_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION dossiers_rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_CHANGE["postgresql"]};
    RETURN NULL;
END $$
"""


class ChangesRules(Operation):
    """Make INSERT, UPDATE and DELETE (on PostgreSQL also TRUNCATE) on a model's table change the generation.

    Reversible: backwards the triggers are dropped. A later migration that rebuilds the table on SQLite must repeat it.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, app_label: str, model_name: str) -> None:
        self.app_label = app_label
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the model state unchanged: triggers exist in the database only."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Create the triggers."""
        table = to_state.apps.get_model(self.app_label, self.model_name)._meta.db_table
        self._drop(schema_editor, table)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(_POSTGRES_FUNCTION, params=None)
            schema_editor.execute(
                f"CREATE TRIGGER {table}_changes_rules AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION dossiers_rules_changed()"
            )
            return
        for event in ("insert", "update", "delete"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_{event}_changes_rules AFTER {event.upper()} ON {table}"
                f" BEGIN {_CHANGE['sqlite']}; END",
                params=None,
            )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Drop the triggers."""
        self._drop(schema_editor, from_state.apps.get_model(self.app_label, self.model_name)._meta.db_table)

    def _drop(self, schema_editor: BaseDatabaseSchemaEditor, table: str) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_changes_rules ON {table}")
            return
        for event in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{event}_changes_rules")

    def describe(self) -> str:
        """Say what the operation does, for ``migrate --plan``."""
        return f"Let changes of {self.model_name} change the generation of the rules"

    @property
    def migration_name_fragment(self) -> str:
        """Name the migration after the model."""
        return f"{self.model_name.lower()}_changes_rules"
