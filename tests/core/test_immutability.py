"""Append-only tables refuse every kind of change on the current database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState

from core.immutability import AppendOnly

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = "planted"
TABLE = f"{LABEL}_entry"


def create() -> ProjectState:
    """Create a table with one row and return the migration state."""
    operation = migrations.CreateModel(
        "Entry",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("code", models.CharField(max_length=10)),
            ("note", models.CharField(max_length=50, null=True)),
        ],
    )
    before, after = ProjectState(), ProjectState()
    operation.state_forwards(LABEL, after)
    with connection.schema_editor() as editor:
        operation.database_forwards(LABEL, editor, before, after)
    execute(f"INSERT INTO {TABLE} (code, note) VALUES ('A', 'một')")
    return after


def execute(statement: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def rows() -> list:
    return execute(f"SELECT code, note FROM {TABLE} ORDER BY id")


def forwards(operation: AppendOnly, state: ProjectState) -> None:
    with connection.schema_editor() as editor:
        operation.database_forwards(LABEL, editor, state, state)


def backwards(operation: AppendOnly, state: ProjectState) -> None:
    with connection.schema_editor() as editor:
        operation.database_backwards(LABEL, editor, state, state)


def refused(*statements: str) -> bool:
    try:
        with transaction.atomic():
            for statement in statements:
                execute(statement)
    except IntegrityError as error:
        return f"{TABLE} rows are append-only" in str(error)
    return False


@pytest.fixture
def state():
    yield create()
    execute(f"DROP TABLE {TABLE}")


class TestWholeRows:
    @pytest.fixture(autouse=True)
    def _guarded(self, state):
        forwards(AppendOnly("Entry"), state)

    @pytest.mark.parametrize(
        "statement",
        [
            f"UPDATE {TABLE} SET note = 'hai'",
            f"UPDATE {TABLE} SET note = note",
            f"UPDATE {TABLE} SET code = 'B' WHERE id > 0",
            f"DELETE FROM {TABLE}",
            f"DELETE FROM {TABLE} WHERE code = 'A'",
        ],
    )
    def test_update_and_delete_are_refused(self, statement):
        assert refused(statement)
        assert rows() == [("A", "một")]

    def test_insert_is_allowed(self):
        execute(f"INSERT INTO {TABLE} (code) VALUES ('B')")
        assert [code for code, _note in rows()] == ["A", "B"]

    def test_an_update_without_a_change_is_allowed(self):
        execute(f"DELETE FROM {TABLE} WHERE code = 'Z'")
        execute(f"UPDATE {TABLE} SET note = 'x' WHERE code = 'Z'")

    @pytest.mark.postgres
    @pytest.mark.parametrize("how", ["", " CASCADE", " RESTART IDENTITY"])
    def test_truncate_is_refused(self, how):
        assert refused(f"TRUNCATE {TABLE}{how}")
        assert rows() == [("A", "một")]

    def test_a_refused_statement_rolls_back_the_transaction(self):
        assert refused(f"INSERT INTO {TABLE} (code) VALUES ('B')", f"DELETE FROM {TABLE} WHERE code = 'A'")
        assert rows() == [("A", "một")]


class TestColumns:
    @pytest.fixture(autouse=True)
    def _guarded(self, state):
        forwards(AppendOnly("Entry", columns=["code"]), state)

    def test_listed_columns_cannot_be_updated(self):
        assert refused(f"UPDATE {TABLE} SET code = 'B'")
        assert refused(f"UPDATE {TABLE} SET code = 'B', note = 'hai'")
        assert rows() == [("A", "một")]

    def test_other_columns_can_be_updated_by_a_full_save(self):
        execute(f"UPDATE {TABLE} SET note = 'hai'")
        execute(f"UPDATE {TABLE} SET code = 'A', note = 'ba'")
        assert rows() == [("A", "ba")]

    def test_delete_is_refused_with_columns(self):
        assert refused(f"DELETE FROM {TABLE}")

    @pytest.mark.postgres
    def test_truncate_is_refused_with_columns(self):
        assert refused(f"TRUNCATE {TABLE}")


def test_a_change_from_or_to_null_is_refused(state):
    forwards(AppendOnly("Entry", columns=["note"]), state)
    assert refused(f"UPDATE {TABLE} SET note = NULL")
    execute(f"INSERT INTO {TABLE} (code, note) VALUES ('B', NULL)")
    assert refused(f"UPDATE {TABLE} SET note = 'hai' WHERE code = 'B'")
    execute(f"UPDATE {TABLE} SET note = NULL WHERE code = 'B'")


def test_reversing_drops_the_triggers(state):
    operation = AppendOnly("Entry")
    forwards(operation, state)
    backwards(operation, state)
    execute(f"UPDATE {TABLE} SET note = 'hai'")
    execute(f"{'TRUNCATE' if connection.vendor == 'postgresql' else 'DELETE FROM'} {TABLE}")
    assert rows() == []
    backwards(operation, state)  # what is not there needs no removal


def test_describe_names_the_model():
    operation = AppendOnly("Entry", columns=["code"])
    assert operation.describe() == "Make Entry append-only"
    assert operation.migration_name_fragment == "entry_append_only"
    assert operation.reversible


@pytest.mark.postgres
@pytest.mark.parametrize(
    "table",
    [
        "dossiers_dossierevent",
        "dossiers_viewlogentry",
        "dossiers_consenttext",
        "dossiers_dossier",
        "builder_formversion",
    ],
)
def test_history_tables_of_the_portal_refuse_truncate(table):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")
