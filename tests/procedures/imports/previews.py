"""Uploads of import files and their previews, as a procedure controller sees them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from accounts.services import grant
from core.outbox import deliver_due
from procedures.imports.jobs import start_import, start_undo
from procedures.imports.rows import new_without_decision
from procedures.imports.uploads import preview_upload
from procedures.models import ImportRow, ImportUpload
from tests.accounts.factories import UserFactory
from tests.procedures.factories import make_agency

RECORDS = json.dumps(
    [{"core_code": "1.000001", "title": "Một thủ tục"}, {"core_code": "1.0", "title": "Hỏng"}]
)


def controller(agency: Agency | None = None) -> User:
    """A controller in ``agency``; without one, in the People's Committee of the province."""
    agency = agency or make_agency(kind=Agency.Kind.PROVINCE)
    user = UserFactory()
    grant(user=user, agency=agency, role=Membership.Role.CONTROLLER, by=None, valid_from=date(2025, 7, 1))
    return User.objects.get(pk=user.pk)


def uploaded(by: User, *records: Any, name: str = "tthc.json") -> ImportUpload:
    return preview_upload(file=ContentFile(json.dumps(records).encode(), name=name), name=name, by=by)


def apply_upload(*, upload_id: int, by: User) -> ImportUpload:
    """Start the import and let the outbox complete it."""
    start_import(upload_id=upload_id, by=by)
    deliver_due()
    return ImportUpload.objects.get(pk=upload_id)


def undo_upload(*, upload_id: int, by: User) -> tuple[int, int]:
    """Start undoing the import and let the outbox complete it; return how many rows were undone and how many kept."""
    before = ImportRow.objects.filter(upload=upload_id, state=ImportRow.State.UNDONE).count()
    start_undo(upload_id=upload_id, by=by)
    deliver_due()
    rows = ImportRow.objects.filter(upload=upload_id)
    kept = rows.filter(state=ImportRow.State.APPLIED).exclude(remark="").count()
    return rows.filter(state=ImportRow.State.UNDONE).count() - before, kept


def press(client: Client, upload: ImportUpload, **data: Any) -> str:
    """Press "apply", let the outbox do its work, and return the messages and the page shown afterwards."""
    data.setdefault("without_decision", new_without_decision(upload))
    response = client.post(reverse("procedures_import_apply", args=[upload.pk]), data, follow=True)
    deliver_due()
    return f"{messages_of(response)} {look(client, upload)}"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def look(client: Client, upload: ImportUpload) -> str:
    response = client.get(reverse("procedures_import_preview", args=[upload.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def staff(name, role=None, agency=None):
    """A user with ``role`` in ``agency``; without one, in the People's Committee of the province."""
    user = User.objects.create_user(name, password="x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    if role:
        agency = agency or make_agency(kind=Agency.Kind.PROVINCE)
        Membership.objects.create(user=user, agency=agency, role=role, valid_from=date(2025, 7, 1))
    return user


def upload(client, text=RECORDS, name="tthc.json"):
    return client.post(
        reverse("procedures_import"), {"file": SimpleUploadedFile(name, text.encode())}, follow=True
    )


def messages_of(response):
    return " ".join(str(message) for message in response.context["messages"])
