"""Fixtures of the one-stop desk: an agency, a signed-in officer, frozen time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier
from one_stop.access import OfficerAccess, officer_access
from tests.accounts.factories import AgencyFactory
from tests.one_stop.factories import NOW, make_dossier, make_officer


@pytest.fixture
def monday() -> Iterator[None]:
    """Freeze time at Monday, 23 November 2026, 09:00 in Cà Mau."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory(name="UBND phường Tân Thành", code="H12.46.18", phone="0290 3831 234")


@pytest.fixture
def officer(agency: Agency) -> User:
    return make_officer(agency, name="Trần Thị Hạnh")


@pytest.fixture
def client(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


@pytest.fixture
def desk(officer: User) -> OfficerAccess:
    found = officer_access(officer)
    assert found is not None
    return found


@pytest.fixture
def dossier(agency: Agency) -> Dossier:
    return make_dossier(agency)
