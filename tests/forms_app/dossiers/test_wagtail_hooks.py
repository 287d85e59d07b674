"""Filing rules in the admin, valid from their start date."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Membership
from accounts.services.groups import sync_groups
from forms_app.dossiers.models import CodeFormat, FilingChannel
from procedures.filing_links import NATIONAL_PORTAL, filing_link_for
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.forms_app.dossiers.factories import make_form

pytestmark = pytest.mark.django_db


def signed_in(role: str) -> Client:
    user = MembershipFactory(role=role, agency__kind=Agency.Kind.PROVINCE).user
    sync_groups(user=user)
    client = Client()
    client.force_login(user)
    return client


def test_procedure_controller_switches_a_procedure_to_the_national_portal() -> None:
    procedure = make_form().definition.procedure
    url = "https://dichvucong.gov.vn/p"
    data = {
        "procedure": procedure.pk,
        "channel": "national",
        "url": url,
        "valid_from": timezone.localdate().isoformat(),
    }
    answer = signed_in(Membership.Role.CONTROLLER).post(reverse("filing_channels:add"), data)
    assert answer.status_code == 302, answer.content.decode()
    assert FilingChannel.objects.get().url == url
    offer = filing_link_for(procedure)
    assert offer is not None
    assert offer.url == url


def test_national_channel_without_address_is_a_form_error() -> None:
    procedure = make_form().definition.procedure
    data = {
        "procedure": procedure.pk,
        "channel": "national",
        "url": "",
        "valid_from": timezone.localdate().isoformat(),
    }
    answer = signed_in(Membership.Role.CONTROLLER).post(reverse("filing_channels:add"), data)
    assert answer.status_code == 200
    assert not FilingChannel.objects.exists()
    errors = answer.context["form"].errors
    assert errors == {"url": ["Nhập địa chỉ nộp hồ sơ của thủ tục này trên Cổng Dịch vụ công quốc gia."]}


@pytest.mark.parametrize("channel", ["national", "counter"])
@pytest.mark.parametrize("url", ["https://dichvucong.example/p", "http://dichvucong.gov.vn/p"])
def test_channel_takes_addresses_of_the_national_portal_only(channel: str, url: str) -> None:
    data = {
        "procedure": make_form().definition.procedure.pk,
        "channel": channel,
        "url": url,
        "valid_from": timezone.localdate().isoformat(),
    }
    answer = signed_in(Membership.Role.CONTROLLER).post(reverse("filing_channels:add"), data)
    assert answer.status_code == 200
    assert url in answer.content.decode(), "what was typed is kept"
    (message,) = answer.context["form"].errors["url"]
    assert "https://" in message
    assert "dichvucong.gov.vn" in message
    assert not FilingChannel.objects.exists()


def test_database_refuses_an_address_without_encryption() -> None:
    with pytest.raises(IntegrityError, match="filing_channel_url_is_https"), transaction.atomic():
        FilingChannel.objects.create(
            procedure=make_form().definition.procedure,
            channel="national",
            url="http://dichvucong.gov.vn/p",
            valid_from=timezone.localdate(),
        )


def test_stored_address_of_another_host_is_not_offered(settings: Any) -> None:
    """The setting may have changed since the row was made."""
    procedure = make_form().definition.procedure
    FilingChannel.objects.create(
        procedure=procedure,
        channel="national",
        url="https://dichvucong.gov.vn/p",
        valid_from=timezone.localdate(),
    )
    settings.NATIONAL_PORTAL_HOSTS = ["quocgia.example"]
    offer = filing_link_for(procedure)
    assert offer is not None
    assert offer.url == NATIONAL_PORTAL


@pytest.mark.parametrize("name", ["filing_channels", "deadline_settings", "code_formats", "consent_texts"])
def test_agency_editor_cannot_change_a_rule(name: str) -> None:
    answer = signed_in(Membership.Role.EDITOR).get(reverse(f"{name}:add"))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/quan-tri/")


def test_code_pattern_is_validated() -> None:
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    page = reverse("code_formats:add")
    before = CodeFormat.objects.count()
    invalid = client.post(page, {"pattern": "HS-{seq:04d}", "valid_from": "2030-01-01"})
    assert invalid.status_code == 200
    assert "không đúng dạng mã hồ sơ quốc gia" in invalid.content.decode()
    right = client.post(page, {"pattern": "{agency_code}-{yymmdd}-{seq:05d}", "valid_from": "2030-01-01"})
    assert right.status_code == 302
    assert CodeFormat.objects.count() == before + 1
