"""The controller of a department: only what belongs to the department's procedures, in both directions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership
from core.models import Holiday
from forms_app.builder.models import FormVersion
from forms_app.builder.services import export_form
from forms_app.dossiers.models import FilingChannel
from procedures.models import ProcedurePage
from tests.accounts.factories import START
from tests.forms_app.builder.factories import controller, make_definition
from tests.procedures.factories import make_agency, make_page, make_section
from tests.security.scenario import _member

pytestmark = pytest.mark.django_db
FORM_ADDRESSES = ("forms:edit", "forms:copy", "forms:history", "builder_preview", "builder_export")
SHARED = (
    "deadline_settings:index", "deadline_settings:add", "retention_settings:index", "retention_settings:add",
    "search_bets:index", "search_bets:add", "search_offices:index", "search_offices:add",
    "wagtailsnippets_core_holiday:list", "wagtailsnippets_core_holiday:add",
)  # fmt: skip


class Department:
    """A department with a section, a procedure, its form and channel, and its controller."""

    def __init__(self) -> None:
        self.agency = make_agency()
        self.procedure = make_page(make_section(self.agency)).procedure
        self.form = make_definition(procedure=self.procedure, title=f"Biểu mẫu {self.procedure.core_code}")
        self.channel = FilingChannel.objects.create(
            procedure=self.procedure, channel="counter", valid_from=START
        )
        self.client = _signed_in(self.agency)


def _signed_in(agency: Agency) -> Client:
    client = Client()
    client.force_login(
        _member(agency, Membership.Role.CONTROLLER), "django.contrib.auth.backends.ModelBackend"
    )
    return client


@pytest.fixture
def departments() -> tuple[Department, Department]:
    return Department(), Department()


@pytest.mark.parametrize("way", [0, 1])
def test_forms_of_another_departments_procedures_are_not_found(departments: Any, way: int) -> None:
    own, other = departments[way], departments[1 - way]

    listed = own.client.get(reverse("forms:index")).content.decode()
    assert own.form.title in listed
    assert other.form.title not in listed
    for name in FORM_ADDRESSES:
        assert own.client.get(reverse(name, args=[own.form.pk])).status_code == 200, name
        assert own.client.get(reverse(name, args=[other.form.pk])).status_code == 404, name
    assert own.client.get(reverse("builder_test_run", args=[other.form.pk, 0, "child"])).status_code == 404
    published = own.client.post(
        reverse("builder_publish", args=[other.form.pk]), {"content_hash": other.form.content_hash}
    )
    assert published.status_code == 404
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize("way", [0, 1])
def test_channels_of_another_departments_procedures_are_not_found(departments: Any, way: int) -> None:
    own, other = departments[way], departments[1 - way]

    listed = own.client.get(reverse("filing_channels:index")).content.decode()
    assert own.procedure.title in listed
    assert other.procedure.title not in listed
    assert own.client.get(reverse("filing_channels:edit", args=[own.channel.pk])).status_code == 200
    assert own.client.get(reverse("filing_channels:edit", args=[other.channel.pk])).status_code == 404


def test_a_channel_for_a_foreign_procedure_is_refused_at_the_field(departments: Any) -> None:
    own, other = departments
    FilingChannel.objects.all().delete()
    address = reverse("filing_channels:add")
    data = {"channel": "counter", "url": "", "valid_from": "2026-12-01", "valid_to": ""}

    foreign = own.client.post(address, {**data, "procedure": other.procedure.pk})
    assert "Thủ tục này không thuộc mục của cơ quan bạn." in foreign.content.decode()
    own.client.post(address, {**data, "procedure": ""})
    assert not FilingChannel.objects.exists()
    own.client.post(address, {**data, "procedure": own.procedure.pk})
    assert FilingChannel.objects.get().procedure == own.procedure


def test_a_form_of_a_foreign_procedure_is_not_imported(departments: Any) -> None:
    own, other = departments
    file = SimpleUploadedFile("a.json", json.dumps(export_form(other.form)).encode())

    answer = own.client.post(reverse("builder_import"), {"file": file})

    assert "Thủ tục này không thuộc mục của cơ quan bạn." in answer.content.decode()


@pytest.mark.parametrize("name", SHARED)
def test_what_all_agencies_share_is_for_the_province_only(departments: Any, name: str) -> None:
    assert departments[0].client.get(reverse(name)).status_code != 200
    assert controller()[1].get(reverse(name)).status_code == 200


def test_a_department_adds_no_holiday(departments: Any) -> None:
    address = reverse("wagtailsnippets_core_holiday:add")

    departments[0].client.post(address, {"date": "2026-12-03", "kind": "off", "name": "Nghỉ thử"})

    assert not Holiday.objects.filter(name="Nghỉ thử").exists()


def test_the_province_reaches_every_form_and_channel(departments: Any) -> None:
    client = controller()[1]

    for one in departments:
        assert client.get(reverse("forms:edit", args=[one.form.pk])).status_code == 200
        assert client.get(reverse("filing_channels:edit", args=[one.channel.pk])).status_code == 200


def test_the_chooser_names_no_unpublished_procedure_of_another_department(departments: Any) -> None:
    own, other = departments
    address = "wagtailsnippetchoosers_procedures_procedure:"
    hidden = [reverse(f"{address}chosen", args=[other.procedure.pk])]
    for name in ("choose", "choose_results"):
        assert own.procedure.core_code in own.client.get(reverse(f"{address}{name}")).content.decode()
    ProcedurePage.objects.filter(procedure=other.procedure).update(live=False)
    for name in ("choose", "choose_results"):
        found = own.client.get(reverse(f"{address}{name}")).content.decode()
        assert other.procedure.core_code not in found, name
    for path in hidden:
        assert own.client.get(path).status_code == 404
        assert other.client.get(path).status_code == 200
    several = reverse(f"{address}chosen_multiple")
    keys = [own.procedure.pk, other.procedure.pk]
    assert other.procedure.core_code not in own.client.get(several, {"id": keys}).content.decode()
