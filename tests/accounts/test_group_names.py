"""Groups derived from memberships have readable names."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from accounts.models import Membership
from accounts.services.groups import agency_group, provincial_group, role_group
from tests.accounts.factories import AgencyFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role


def test_role_and_agency_are_named() -> None:
    agency = AgencyFactory(name="Sở Thử")
    assert str(role_group(Role.EDITOR)) == Role.EDITOR.label
    assert str(provincial_group(Role.OPERATOR)) == f"{Role.OPERATOR.label} · toàn tỉnh"
    assert str(agency_group(agency, Role.EDITOR)) == f"{Role.EDITOR.label} · Sở Thử"
    assert str(agency_group(agency, Role.OPERATOR, below=False)).endswith("· Sở Thử (từng trang)")


@pytest.mark.parametrize("name", ["Ban chỉ đạo", "role:nobody", "agency:x:editor", "role:editor:more:things"])
def test_other_groups_keep_their_name(name: str) -> None:
    assert str(Group(name=name)) == name


def test_group_of_a_deleted_agency_shows_its_number() -> None:
    assert str(Group(name="agency:9999:editor")) == f"{Role.EDITOR.label} · 9999"
