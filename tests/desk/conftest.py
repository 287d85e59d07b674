"""The desk on a Monday morning: one agency, one of its officers, signed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from accounts.models import Agency, User
from forms_app.desk.access import Desk, desk_of
from forms_app.dossiers.models import Dossier
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import NOW, make_dossier, make_officer


@pytest.fixture
def monday() -> Iterator[None]:
    """It is Monday, 23 November 2026, 09:00 in Cà Mau, and stays so."""
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
def desk(officer: User) -> Desk:
    found = desk_of(officer)
    assert found is not None
    return found


@pytest.fixture
def dossier(agency: Agency) -> Dossier:
    return make_dossier(agency)
