"""A restored database assigns no number twice, and links ended since the back-up stay closed."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core import one_time_links
from core.models import OneTimeLink
from forms_app.dossiers.models import NumberCounter
from forms_app.dossiers.services.secrets import CONFIRM_EMAIL
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.forms_app.dossiers.factories import file_dossier, make_form, make_version

pytestmark = pytest.mark.django_db


def after_restore() -> str:
    out = StringIO()
    call_command("after_restore", stdout=out)
    return out.getvalue()


def number_of(code: str) -> int:
    return int(code.rsplit("-", 1)[1])


def test_numbers_of_the_lost_hours_are_not_assigned_again() -> None:
    agency = AgencyFactory()
    form = make_form(make_version(), agency)
    kept = file_dossier(form, agency=agency).code
    lost = [number_of(kept) + 1, number_of(kept) + 2]
    after_restore()
    assert number_of(file_dossier(form, agency=agency).code) > max(lost) + 900


def test_agency_without_a_dossier_in_the_back_up_leaves_a_gap_too() -> None:
    agency = AgencyFactory()
    after_restore()
    assert NumberCounter.objects.get(agency=agency).last == 1000
    assert number_of(file_dossier(make_form(make_version(), agency), agency=agency).code) == 1001


def test_sessions_and_links_are_ended() -> None:
    client = Client()
    client.force_login(UserFactory())
    token = one_time_links.issue_link(purpose=CONFIRM_EMAIL, subject="1")
    assert "sessions=1 links=1" in after_restore()
    assert client.get("/tai-khoan/", follow=True).redirect_chain, "sign in again"
    assert one_time_links.pending_subject(purpose=CONFIRM_EMAIL, token=token) is None
    assert OneTimeLink.objects.filter(expires_at__gt=timezone.now()).count() == 0
