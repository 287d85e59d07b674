"""Personal data is where it must be and nowhere else: canaries in every field of a dossier, looked for everywhere."""

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
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.services import retention
from search.engines import registry as engines
from search.engines.elastic.client import client as elastic
from search.models import IndexedDocument
from tests.desk.factories import make_officer
from tests.dossiers.factories import make_form
from tests.home.factories import front_page
from tests.security.world import text_of

pytestmark = pytest.mark.django_db
DOSSIER, EVENT, FILE = "dossiers_dossier", "dossiers_dossierevent", "dossiers_attachment"
#: Canary → the tables that may hold it. The search holds what an officer looks for, behind the scope of the agency.
CANARIES: dict[str, tuple[str, set[str]]] = {
    "full_name": ("Hoatigon Thị Vàng", {DOSSIER, EVENT, "search"}),
    "citizen_id": ("096185004242", {DOSSIER}),
    "phone": ("0918424242", {DOSSIER, "search"}),
    "email": ("hoacucvang@example.vn", {DOSSIER}),
    "address_detail": ("Ấp Hoasimtim", {DOSSIER}),
    "child_name": ("Hoalucbinh Văn Mới", {DOSSIER}),
    "file_name": ("hoamuoigio.pdf", {FILE}),
    "file_content": ("HOAPHUONGDO", set()),
}


def said(key: str) -> str:
    """The telling part of a canary: what no other text contains, as it stands in any spelling."""
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


def begin() -> tuple[Client, str]:
    """Fill in every field over HTTP, up to the review."""
    front_page()
    core_code = make_form().definition.procedure.core_code
    client, base = Client(), f"/nop-ho-so/{core_code}/"
    client.post(base)
    applicant = {
        key: CANARIES[key][0] for key in ("full_name", "citizen_id", "phone", "email", "address_detail")
    }
    client.post(f"{base}buoc/applicant/", applicant | {"result_delivery": "counter"})
    file = SimpleUploadedFile(
        CANARIES["file_name"][0], f"%PDF-1.4 {CANARIES['file_content'][0]} %%EOF".encode()
    )
    child = {"child_name": CANARIES["child_name"][0], "proof": file, "born": "2026-11-01"}
    client.post(f"{base}buoc/child/", child | {"born_0": "1", "born_1": "11", "born_2": "2026"})
    return client, base


def file_it(client: Client, base: str) -> Dossier:
    draft = Draft.objects.get()
    consent = consent_in_force()
    assert consent is not None
    data = {"key": draft.idempotency_key, "consent_number": consent.number, "consent": "on"}
    answer = client.post(f"{base}xem-lai/", data)
    assert answer.status_code == 302, text_of(answer)
    return Dossier.objects.get()


def tables() -> dict[str, str]:
    """Return every table of the database as text."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            found[name] = json.dumps(cursor.fetchall(), default=str, ensure_ascii=False).lower()
    return found


def folded(table: str) -> str:
    return "search" if table.startswith("search_") else table


@pytest.fixture
def filed(django_capture_on_commit_callbacks: Any, caplog: Any) -> Dossier:
    """The whole way: filed, mailed, indexed, read at the desk, with everything logged."""
    caplog.set_level(logging.DEBUG)
    with django_capture_on_commit_callbacks(execute=True):
        dossier = file_it(*begin())
    officer = Client()
    officer.force_login(make_officer(dossier.agency, "leader", "reception"))
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


def test_each_canary_is_in_its_tables_and_in_no_other(filed: Dossier) -> None:
    everything = tables()
    for key, (_value, allowed) in CANARIES.items():
        found = {folded(table) for table, rows in everything.items() if said(key) in rows}
        assert found == allowed, key


def logged(caplog: Any) -> str:
    """Everything that was logged, by the fixtures too."""
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    return "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in records).lower()


def test_neither_link_nor_key_is_anywhere(filed: Dossier, caplog: Any) -> None:
    body = mail.outbox[0].body
    token = body.split("/ho-so/")[1].split("/")[0]
    secret = next(line for line in body.splitlines() if "tra cứu:" in line.lower()).split(":")[1].strip()
    assert len(token) >= 32
    for table, rows in tables().items():
        assert token.lower() not in rows, table
        assert f'"{secret.lower()}"' not in rows, table
    assert token.lower() not in logged(caplog)
    assert secret.lower() not in logged(caplog)
    assert all(token not in message.body for message in mail.outbox[1:])


def test_no_line_of_the_log_tells_a_canary(filed: Dossier, caplog: Any) -> None:
    assert len(logged(caplog)) > 100
    for key in CANARIES:
        assert said(key) not in logged(caplog), key


def test_no_public_page_or_folder_tells_a_canary(filed: Dossier) -> None:
    stranger = Client()
    for key, (value, _allowed) in CANARIES.items():
        for address in ("/", "/tin-tuc/", "/thu-tuc/", "/sitemap.xml", "/healthz"):
            assert said(key) not in text_of(stranger.get(address)).lower(), (key, address)
        suggested = text_of(stranger.get("/tim-kiem/goi-y/", {"q": value})).lower()
        assert said(key) not in suggested
        # The page repeats what was asked; no hit may.
        found = text_of(stranger.get("/tim-kiem/", {"q": value}))
        assert "/mot-cua/" not in found
        assert str(filed.code) not in found
    for root in (portal.MEDIA_ROOT, portal.STATIC_ROOT):
        names = [str(path).lower() for path in Path(root).rglob("*")] if Path(root).exists() else []
        assert not [name for name in names if said("file_name") in name]


def test_the_private_folder_names_nothing(filed: Dossier, tmp_path: Path) -> None:
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert said("file_name") not in str(file)


def test_mails_tell_the_name_and_the_code_and_no_more(filed: Dossier) -> None:
    assert [message.to for message in mail.outbox] == [[CANARIES["email"][0]]] * 2
    text = " ".join(f"{message.subject} {message.body}" for message in mail.outbox).lower()
    for key in ("citizen_id", "phone", "address_detail", "child_name", "file_name", "file_content"):
        assert said(key) not in text, key


def test_the_index_of_dossiers_is_behind_the_agency(filed: Dossier) -> None:
    rows = IndexedDocument.objects.filter(collection="dossiers")
    assert rows
    assert all(f"agency:{filed.agency_id}" in str(row.scopes) for row in rows)
    assert (
        not IndexedDocument.objects.exclude(collection="dossiers")
        .filter(title__icontains="hoatigon")
        .exists()
    )


@pytest.mark.elasticsearch
def test_elasticsearch_holds_name_and_phone_in_the_index_of_dossiers_only(
    elasticsearch_url: str, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.ELASTICSEARCH_TIMEOUT = 20.0
    for mirror in engines.mirrors():
        mirror.reconcile()
    with django_capture_on_commit_callbacks(execute=True):
        file_it(*begin())
    server = elastic()
    server.indices.refresh(index=f"{settings.ELASTICSEARCH_INDEX_PREFIX}*")
    answer = server.search(index=f"{settings.ELASTICSEARCH_INDEX_PREFIX}*", size=100, query={"match_all": {}})
    hits = [
        (hit["_index"], json.dumps(hit["_source"], ensure_ascii=False).lower())
        for hit in answer["hits"]["hits"]
    ]
    for key, (_value, allowed) in CANARIES.items():
        holding = {index for index, text in hits if said(key) in text}
        assert bool(holding) == ("search" in allowed), key
        assert all("dossiers" in index for index in holding)


def test_a_draft_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    begin()
    assert said("child_name") in tables()["dossiers_draft"]
    month = timezone.now() + timedelta(days=31)
    assert retention.expire_drafts(now=month) == 1
    everything = tables()
    for key in CANARIES:
        assert not [table for table, rows in everything.items() if said(key) in rows], key


def test_what_was_filed_leaves_the_draft(filed: Dossier) -> None:
    assert Draft.objects.get().answers == {}
