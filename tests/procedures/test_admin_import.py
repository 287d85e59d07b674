"""The import in the admin: who may, what is shown, what is changed when."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Membership, User
from procedures.models import ImportUpload, Procedure, ProcedureVersion
from tests.procedures.factories import make_agency

pytestmark = pytest.mark.django_db

RECORDS = json.dumps(
    [{"core_code": "1.000001", "title": "Một thủ tục"}, {"core_code": "1.0", "title": "Hỏng"}]
)


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }


def staff(name, role=None):
    user = User.objects.create_user(name, password="x")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    if role:
        Membership.objects.create(user=user, agency=make_agency(), role=role, valid_from=date(2025, 7, 1))
    return user


@pytest.fixture
def controller():
    return staff("kiem-soat", Membership.Role.CATALOGUE)


def upload(client, text=RECORDS, name="tthc.json"):
    return client.post(
        reverse("procedures_import"), {"file": SimpleUploadedFile(name, text.encode())}, follow=True
    )


def test_upload_shows_a_preview_and_changes_nothing(client, controller):
    client.force_login(controller)

    response = upload(client)

    text = response.content.decode()
    assert "1.000001" in text
    assert "1.0" in text
    assert not Procedure.objects.exists()
    kept = ImportUpload.objects.get()
    assert kept.report["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "refused": 1}
    assert kept.applied_at is None


def test_apply_imports_once_in_the_name_of_the_controller(client, controller):
    client.force_login(controller)
    upload(client)
    kept = ImportUpload.objects.get()
    address = reverse("procedures_import_apply", args=[kept.pk])

    assert client.get(address).status_code == 405
    client.post(address)
    client.post(address)

    version = ProcedureVersion.objects.get()
    assert version.created_by == controller
    kept.refresh_from_db()
    assert kept.applied_at
    assert version.procedure.pages.get().latest_revision.user == controller


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", '[{"x": 1}]', '[{"core_code": "1.000001"'])
def test_a_broken_file_is_told_and_not_kept(client, controller, text):
    client.force_login(controller)

    response = upload(client, text)

    assert response.status_code == 200
    assert not ImportUpload.objects.exists()
    assert "error" in response.content.decode()


@pytest.mark.parametrize(
    "role", [None, Membership.Role.EDITOR, Membership.Role.RECEPTION, Membership.Role.OPERATOR]
)
def test_everybody_else_sees_nothing(client, controller, role):
    client.force_login(controller)
    upload(client)
    kept = ImportUpload.objects.get()
    client.force_login(staff("nguoi-khac", role))

    assert client.get(reverse("procedures_import")).status_code == 404
    assert client.get(reverse("procedures_import_preview", args=[kept.pk])).status_code == 404
    assert client.post(reverse("procedures_import_apply", args=[kept.pk])).status_code == 404
    assert reverse("procedures_import") not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert not Procedure.objects.exists()


def test_a_membership_that_ended_opens_nothing(client, controller):
    Membership.objects.filter(user=controller).update(valid_to=date(2025, 12, 31))
    client.force_login(controller)

    assert client.get(reverse("procedures_import")).status_code == 404


def test_the_menu_leads_to_the_import(client, controller):
    client.force_login(controller)

    assert reverse("procedures_import") in client.get(reverse("wagtailadmin_home")).content.decode()


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(reverse("procedures_import")).status_code == 302
