"""A province with two communes below it."""

from __future__ import annotations

import pytest

from accounts.models import Agency
from tests.accounts.factories import AgencyFactory


@pytest.fixture
def province() -> Agency:
    return AgencyFactory(name="UBND tỉnh Thử", kind=Agency.Kind.PROVINCE, code="H90")


@pytest.fixture
def commune(province) -> Agency:
    return AgencyFactory(name="UBND xã Một", kind=Agency.Kind.COMMUNE, parent=province, code="H90.01")


@pytest.fixture
def other(province) -> Agency:
    return AgencyFactory(name="UBND xã Hai", kind=Agency.Kind.COMMUNE, parent=province, code="H90.02")
