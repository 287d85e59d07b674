"""Personal data is stored only where necessary: canaries from every field of a dossier are looked for everywhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core import mail
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from forms_app.dossiers.models import Dossier, Draft
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.services import retention
from search.engines import base as engines
from search.engines.elastic.client import client as elastic
from search.models import IndexedDocument
from tests.forms_app.dossiers.factories import make_form
from tests.forms_app.dossiers.files import PDF
from tests.home.factories import front_page
from tests.one_stop.factories import make_officer
from tests.security.scenario import text_of

pytestmark = pytest.mark.django_db
DOSSIER, EVENT, FILE = "dossiers_dossier", "dossiers_dossierevent", "dossiers_attachment"
#: Canary → the tables that may hold it. The search index holds what officers search for, restricted to their agency.
CANARIES: dict[str, tuple[str, set[str]]] = {
    "full_name": ("Hoatigon Thị Vàng", {DOSSIER, EVENT, "search"}),
    "identity_number": ("096185004242", set()),
    "phone": ("0918424242", {DOSSIER, "search"}),
    "email": ("hoacucvang@example.vn", {DOSSIER}),
    "address_detail": ("Ấp Hoasimtim", {DOSSIER}),
    "child_name": ("Hoalucbinh Văn Mới", {DOSSIER}),
    "file_name": ("hoamuoigio.pdf", {FILE}),
    "file_content": ("HOAPHUONGDO", set()),
}


def canary(key: str) -> str:
    """Return the unique part of a canary in lower case."""
    return CANARIES[key][0].split(" ")[1 if key == "address_detail" else 0].split(".")[0].lower()


@pytest.fixture(autouse=True)
def _private_folder(tmp_path: Path) -> Iterator[None]:
    store = storages["private"]
    before = store._location  # type: ignore[attr-defined]
    store._location = str(tmp_path)  # type: ignore[attr-defined]
    _forget(store)
    yield
    store._location = before  # type: ignore[attr-defined]
    _forget(store)


def _forget(store: Any) -> None:
    for name in ("base_location", "location"):
        store.__dict__.pop(name, None)


def fill_in_form() -> tuple[Client, str]:
    """Fill in every field over HTTP, up to the review page."""
    front_page()
    core_code = make_form().definition.procedure.core_code
    client, base = Client(), f"/nop-ho-so/{core_code}/"
    client.post(base)
    applicant = {
        key: CANARIES[key][0] for key in ("full_name", "identity_number", "phone", "email", "address_detail")
    }
    client.post(f"{base}buoc/applicant/", applicant | {"result_delivery": "counter"})
    file = SimpleUploadedFile(
        CANARIES["file_name"][0],
        PDF.replace(b"trailer", f"% {CANARIES['file_content'][0]}\ntrailer".encode()),
    )
    child = {"child_name": CANARIES["child_name"][0], "proof": file, "born": "2026-11-01"}
    client.post(f"{base}buoc/child/", child | {"born_0": "1", "born_1": "11", "born_2": "2026"})
    return client, base


def submit(client: Client, base: str) -> Dossier:
    draft = Draft.objects.get()
    consent = consent_in_force()
    assert consent is not None
    data = {"key": draft.idempotency_key, "consent_number": consent.number, "consent": "on"}
    answer = client.post(f"{base}xem-lai/", data)
    assert answer.status_code == 302, text_of(answer)
    return Dossier.objects.get()


def tables_as_text() -> dict[str, str]:
    """Return every table of the database as text."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            found[name] = json.dumps(cursor.fetchall(), default=str, ensure_ascii=False).lower()
    return found


def table_group(table: str) -> str:
    return "search" if table.startswith("search_") else table


@pytest.fixture
def filed_dossier(django_capture_on_commit_callbacks: Any, caplog: Any) -> Dossier:
    """Return a dossier that was filed, mailed, indexed and read at the desk, with debug logging."""
    caplog.set_level(logging.DEBUG)
    with django_capture_on_commit_callbacks(execute=True):
        dossier = submit(*fill_in_form())
    officer = Client()
    officer.force_login(make_officer(dossier.agency, "head", "receiver"))
    for address in (
        "/mot-cua/",
        f"/mot-cua/ho-so/{dossier.code}/",
        f"/mot-cua/ho-so/{dossier.code}/giay/mau-01.pdf",
    ):
        assert officer.get(address).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(f"/mot-cua/ho-so/{dossier.code}/viec/accept/", {"version": dossier.version})
    dossier.refresh_from_db()
    assert dossier.was_accepted
    return dossier


def test_personal_data_is_only_in_the_expected_tables(filed_dossier: Dossier) -> None:
    tables = tables_as_text()
    for key, (_value, allowed) in CANARIES.items():
        found = {table_group(table) for table, rows in tables.items() if canary(key) in rows}
        assert found == allowed, key


def logged(caplog: Any) -> str:
    """Return all log output, including that of fixtures."""
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    return "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in records).lower()


def test_private_link_and_lookup_key_are_not_stored(filed_dossier: Dossier, caplog: Any) -> None:
    body = mail.outbox[0].body
    token = body.split("/ho-so/")[1].split("/")[0]
    secret = next(line for line in body.splitlines() if "tra cứu:" in line.lower()).split(":")[1].strip()
    assert len(token) >= 32
    for table, rows in tables_as_text().items():
        assert token.lower() not in rows, table
        assert f'"{secret.lower()}"' not in rows, table
    assert token.lower() not in logged(caplog)
    assert secret.lower() not in logged(caplog)
    assert all(token not in message.body for message in mail.outbox[1:])


def test_personal_data_is_not_logged(filed_dossier: Dossier, caplog: Any) -> None:
    assert len(logged(caplog)) > 100
    for key in CANARIES:
        assert canary(key) not in logged(caplog), key


def test_personal_data_is_not_on_public_pages_or_in_files(filed_dossier: Dossier) -> None:
    anonymous = Client()
    for key, (value, _allowed) in CANARIES.items():
        for address in ("/", "/tin-tuc/", "/thu-tuc/", "/sitemap.xml", "/healthz"):
            assert canary(key) not in text_of(anonymous.get(address)).lower(), (key, address)
        suggested = text_of(anonymous.get("/tim-kiem/goi-y/", {"q": value})).lower()
        assert canary(key) not in suggested
        # The page repeats the query; hits must not contain it.
        found = text_of(anonymous.get("/tim-kiem/", {"q": value}))
        assert "/mot-cua/" not in found
        assert str(filed_dossier.code) not in found
    for root in (portal.MEDIA_ROOT, portal.STATIC_ROOT):
        names = [str(path).lower() for path in Path(root).rglob("*")] if Path(root).exists() else []
        assert not [name for name in names if canary("file_name") in name]


def test_stored_file_has_an_anonymous_name(filed_dossier: Dossier, tmp_path: Path) -> None:
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert canary("file_name") not in str(file)


def test_mails_contain_only_name_and_code(filed_dossier: Dossier) -> None:
    assert [message.to for message in mail.outbox] == [[CANARIES["email"][0]]] * 2
    text = " ".join(f"{message.subject} {message.body}" for message in mail.outbox).lower()
    for key in ("identity_number", "phone", "address_detail", "child_name", "file_name", "file_content"):
        assert canary(key) not in text, key


def test_indexed_dossiers_are_scoped_to_their_agency(filed_dossier: Dossier) -> None:
    rows = IndexedDocument.objects.filter(collection="dossiers")
    assert rows
    assert all(f"agency:{filed_dossier.agency_id}" in str(row.scopes) for row in rows)
    assert (
        not IndexedDocument.objects.exclude(collection="dossiers")
        .filter(title__icontains="hoatigon")
        .exists()
    )


@pytest.mark.elasticsearch
def test_elasticsearch_stores_name_and_phone_only_in_the_dossier_index(
    elasticsearch_url: str, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.ELASTICSEARCH_TIMEOUT = 20.0
    for replica in engines.replicas():
        replica.reconcile()
    with django_capture_on_commit_callbacks(execute=True):
        submit(*fill_in_form())
    server = elastic()
    server.indices.refresh(index=f"{settings.ELASTICSEARCH_INDEX_PREFIX}*")
    answer = server.search(index=f"{settings.ELASTICSEARCH_INDEX_PREFIX}*", size=100, query={"match_all": {}})
    hits = [
        (hit["_index"], json.dumps(hit["_source"], ensure_ascii=False).lower())
        for hit in answer["hits"]["hits"]
    ]
    for key, (_value, allowed) in CANARIES.items():
        holding = {index for index, text in hits if canary(key) in text}
        assert bool(holding) == ("search" in allowed), key
        assert all("dossiers" in index for index in holding)


def test_expired_draft_leaves_no_personal_data(tmp_path: Path) -> None:
    fill_in_form()
    assert canary("child_name") in tables_as_text()["dossiers_draft"]
    month = timezone.now() + timedelta(days=31)
    assert retention.delete_expired_drafts(now=month) == 1
    tables = tables_as_text()
    for key in CANARIES:
        assert not [table for table, rows in tables.items() if canary(key) in rows], key


def test_submitted_draft_contains_no_answers(filed_dossier: Dossier) -> None:
    assert Draft.objects.get().answers == {}
