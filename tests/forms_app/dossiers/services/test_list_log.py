"""Lists and searches at the desk are logged by kind and number, without what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from forms_app.dossiers.models import Dossier, ListLogEntry
from forms_app.dossiers.services.list_log import kind_of_query, log_list
from forms_app.dossiers.services.retention import delete_expired_view_log
from tests.forms_app.dossiers.factories import at, file_dossier, officer_of
from tests.security.scenario import text_of

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")


@pytest.fixture(autouse=True)
def traveller() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def dossier() -> Dossier:
    return file_dossier(now=NOW - timedelta(days=1)).dossier


@pytest.fixture
def desk(client: Client, dossier: Dossier) -> Client:
    client.force_login(officer_of(dossier))
    return client


def entries() -> list[tuple[str, str, int]]:
    return list(ListLogEntry.objects.order_by("id").values_list("kind", "list_key", "found"))


def test_list_is_logged_once_in_ten_minutes(desk: Client, dossier: Dossier, traveller: Any) -> None:
    for _time in range(2):
        assert desk.get("/mot-cua/", {"muc": "tat-ca"}).status_code == 200
    desk.get("/mot-cua/", {"muc": "moi"})
    traveller.shift(timedelta(minutes=11))
    desk.get("/mot-cua/", {"muc": "tat-ca"})
    assert entries() == [("list", "tat-ca", 1), ("list", "moi", 1), ("list", "tat-ca", 1)]
    entry = ListLogEntry.objects.first()
    assert entry is not None
    assert entry.agencies == [dossier.agency_id]


def test_every_search_is_logged_without_what_was_typed(desk: Client, dossier: Dossier) -> None:
    queries = ("096185004242", "0912 345 678", str(dossier.code), "Nguyễn Thị Bí Mật", "Nguyễn Thị Bí Mật")
    for query in queries:
        assert desk.get("/mot-cua/", {"q": query}).status_code == 200
    assert [kind for kind, _key, _found in entries()] == ["id_number", "phone", "code", "text", "text"]
    stored = str(list(ListLogEntry.objects.values()))
    assert not any(query in stored for query in queries)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("h12.05-261123-0001", "code"), ("096185004242", "id_number"), ("385 012 345", "id_number"),
        ("0912345678", "phone"), ("+84 912 345 678", "phone"), ("02903.123.456", "phone"), ("khai sinh", "text"),
        ("", "text"),
    ],
)  # fmt: skip
def test_queries_are_classified_by_kind(query: str, kind: str) -> None:
    assert kind_of_query(query) == kind


def test_database_refuses_changes_before_the_last_day(desk: Client) -> None:
    desk.get("/mot-cua/")
    for change in (lambda rows: rows.update(found=0), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(ListLogEntry.objects.all())
    assert delete_expired_view_log() == 0
    entry = ListLogEntry.objects.get()
    entry.pk, entry.retained_until = None, at("2020-01-01 00:00").date()
    entry.save(force_insert=True)
    assert delete_expired_view_log() == 1
    assert ListLogEntry.objects.count() == 1


def test_operators_print_it_as_csv(desk: Client) -> None:
    desk.get("/mot-cua/", {"q": "096185004242"})
    name = ListLogEntry.objects.get().actor.get_username()
    out = StringIO()
    call_command("desk_log", "--user", name, stdout=out)
    heading, line = out.getvalue().splitlines()
    assert heading == "at,user,kind,list,found,agencies"
    assert line.startswith(f"2026-11-23T09:00:00+07:00,{name},id_number,,0,")
    assert "096185004242" not in line


def test_logged_list_is_shown(desk: Client, dossier: Dossier) -> None:
    assert str(dossier.code) in text_of(desk.get("/mot-cua/", {"muc": "tat-ca"}))


def test_list_is_logged_even_if_entries_are_ahead_of_the_clock(
    desk: Client, dossier: Dossier, traveller: Any
) -> None:
    desk.get("/mot-cua/", {"muc": "tat-ca"})
    actor = ListLogEntry.objects.get().actor
    for _time in range(2):
        log_list(
            actor=actor, agencies=[dossier.agency_id], list_key="tat-ca", found=1, now=NOW - timedelta(days=3)
        )
    assert [entry.at for entry in ListLogEntry.objects.order_by("at")] == [NOW - timedelta(days=3), NOW]
