"""Append-only tables on the database of the run: refused whatever way a change comes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState

from core.immutability import AppendOnly

pytestmark = pytest.mark.django_db(transaction=True)
LABEL = "planted"
TABLE = f"{LABEL}_entry"


def create() -> ProjectState:
    """A table of its own with one row; returns the state that migrations would have."""
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
    def test_no_change_and_no_deletion(self, statement):
        assert refused(statement)
        assert rows() == [("A", "một")]

    def test_new_rows_are_welcome(self):
        execute(f"INSERT INTO {TABLE} (code) VALUES ('B')")
        assert [code for code, _note in rows()] == ["A", "B"]

    def test_a_change_of_nothing_is_no_change(self):
        execute(f"DELETE FROM {TABLE} WHERE code = 'Z'")
        execute(f"UPDATE {TABLE} SET note = 'x' WHERE code = 'Z'")

    @pytest.mark.postgres
    @pytest.mark.parametrize("how", ["", " CASCADE", " RESTART IDENTITY"])
    def test_the_table_is_not_emptied_in_one_go(self, how):
        assert refused(f"TRUNCATE {TABLE}{how}")
        assert rows() == [("A", "một")]

    def test_one_refusal_undoes_the_whole_transaction(self):
        assert refused(f"INSERT INTO {TABLE} (code) VALUES ('B')", f"DELETE FROM {TABLE} WHERE code = 'A'")
        assert rows() == [("A", "một")]


class TestColumns:
    @pytest.fixture(autouse=True)
    def _guarded(self, state):
        forwards(AppendOnly("Entry", columns=["code"]), state)

    def test_a_named_column_keeps_its_value_for_ever(self):
        assert refused(f"UPDATE {TABLE} SET code = 'B'")
        assert refused(f"UPDATE {TABLE} SET code = 'B', note = 'hai'")
        assert rows() == [("A", "một")]

    def test_other_columns_change_also_when_everything_is_saved(self):
        execute(f"UPDATE {TABLE} SET note = 'hai'")
        execute(f"UPDATE {TABLE} SET code = 'A', note = 'ba'")
        assert rows() == [("A", "ba")]

    def test_deleting_is_refused_all_the_same(self):
        assert refused(f"DELETE FROM {TABLE}")

    @pytest.mark.postgres
    def test_emptying_too(self):
        assert refused(f"TRUNCATE {TABLE}")


def test_a_column_that_was_empty_or_becomes_empty_has_changed(state):
    forwards(AppendOnly("Entry", columns=["note"]), state)
    assert refused(f"UPDATE {TABLE} SET note = NULL")
    execute(f"INSERT INTO {TABLE} (code, note) VALUES ('B', NULL)")
    assert refused(f"UPDATE {TABLE} SET note = 'hai' WHERE code = 'B'")
    execute(f"UPDATE {TABLE} SET note = NULL WHERE code = 'B'")


def test_backwards_everything_may_change_again(state):
    operation = AppendOnly("Entry")
    forwards(operation, state)
    backwards(operation, state)
    execute(f"UPDATE {TABLE} SET note = 'hai'")
    execute(f"{'TRUNCATE' if connection.vendor == 'postgresql' else 'DELETE FROM'} {TABLE}")
    assert rows() == []
    backwards(operation, state)  # what is not there needs no removal


def test_says_what_it_does():
    operation = AppendOnly("Entry", columns=["code"])
    assert operation.describe() == "Make Entry append-only"
    assert operation.migration_name_fragment == "entry_append_only"
    assert operation.reversible


@pytest.mark.postgres
@pytest.mark.parametrize(
    "table",
    [
        "dossiers_dossierevent",
        "dossiers_viewlog",
        "dossiers_consenttext",
        "dossiers_dossier",
        "builder_formversion",
    ],
)
def test_no_history_of_the_portal_is_emptied_in_one_go(table):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")
