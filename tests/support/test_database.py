"""After a test that commits, the database is as the migrations left it, in any order of tests."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from wagtail.models import Locale, Page, Site

from tests.support.database import Snapshot, without_guards


def counts() -> dict[str, int]:
    models = (Locale, Page, Site, ContentType, Permission)
    return {model.__name__: model.objects.count() for model in models}


@pytest.fixture(scope="session")
def counts_at_first(django_db_setup, django_db_blocker) -> dict[str, int]:
    with django_db_blocker.unblock():
        return counts()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", [1, 2])
def test_committing_test_finds_the_initial_rows(counts_at_first: dict[str, int], _round: int) -> None:
    assert counts() == counts_at_first
    Site.objects.all().delete()
    Page.objects.all().delete()
    Permission.objects.all().delete()
    ContentType.objects.create(app_label="left", model="over")


@pytest.mark.django_db
@pytest.mark.parametrize("_round", [1, 2])
def test_ordinary_test_finds_the_initial_rows(counts_at_first: dict[str, int], _round: int) -> None:
    assert counts() == counts_at_first
    assert counts_at_first["Locale"] >= 1
    assert counts_at_first["Site"] >= 1
    assert not ContentType.objects.filter(app_label="left").exists()


@pytest.mark.django_db(transaction=True)
def test_restore_brings_back_deleted_rows_and_removes_new_ones() -> None:
    snapshot = Snapshot(connection)
    before = list(Page.objects.order_by("pk").values_list("pk", "path", "title"))
    Page.objects.update(title="changed")
    ContentType.objects.create(app_label="left", model="over")
    snapshot.restore(connection)
    assert list(Page.objects.order_by("pk").values_list("pk", "path", "title")) == before
    assert not ContentType.objects.filter(app_label="left").exists()


@pytest.mark.django_db(transaction=True)
def test_constraints_and_triggers_are_off_only_inside_the_context() -> None:
    """Foreign keys and refusing triggers do not hinder a restore, and work again afterwards."""
    if connection.vendor == "postgresql":
        function = (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'"
        )
        statements = [
            function,
            "CREATE TRIGGER g BEFORE DELETE ON guarded FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
    else:
        statements = ["CREATE TRIGGER g BEFORE DELETE ON guarded BEGIN SELECT RAISE(ABORT, 'no 100%'); END"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE guarded (id integer)")
        try:
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("INSERT INTO guarded VALUES (1)")
            with without_guards(connection):
                cursor.execute("DELETE FROM guarded")
            cursor.execute("INSERT INTO guarded VALUES (2)")
            with pytest.raises(Exception, match="no"):
                cursor.execute("DELETE FROM guarded")
        finally:
            cursor.execute("DROP TABLE guarded")
            if connection.vendor == "postgresql":
                cursor.execute("DROP FUNCTION refuse")
