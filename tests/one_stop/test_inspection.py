"""Inspectors can only read the dossiers of the agencies under inspection; every view is logged."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from accounts.selectors import agencies_inspected_by
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action
from one_stop.access import officer_access
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import file_dossier
from tests.one_stop.factories import ANSWERS, FILED, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
KIND, ROLE = Agency.Kind, Membership.Role


class Province:
    """A province with department, branch, commune and inspectorate, and a ministry's office outside it."""

    def __init__(self) -> None:
        self.committee = AgencyFactory(kind=KIND.PROVINCE, name="UBND tỉnh Thử")
        self.inspectorate = AgencyFactory(
            kind=KIND.INSPECTORATE, parent=self.committee, name="Thanh tra tỉnh Thử"
        )
        self.department = AgencyFactory(parent=self.committee)
        self.branch = AgencyFactory(kind=KIND.OTHER, parent=self.department)
        self.commune = AgencyFactory(kind=KIND.COMMUNE, parent=self.committee)
        self.ministry = AgencyFactory(kind=KIND.MINISTRY)


@pytest.fixture
def province() -> Province:
    return Province()


def filed(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def addresses(dossier: Dossier) -> list[str]:
    code = dossier.code
    return [
        reverse("one_stop:dossier", args=[code]),
        reverse("one_stop:printed_form", args=[code, "mau-01"]),
        reverse("one_stop:view_log", args=[code]),
    ]


@pytest.mark.parametrize(
    ("home", "readable"),
    [
        ("inspectorate", {"committee", "inspectorate", "department", "branch", "commune"}),
        ("committee", {"committee", "inspectorate", "department", "branch", "commune"}),
        ("department", {"department", "branch"}),
        ("branch", {"branch"}),
        ("commune", {"commune"}),
        ("ministry", {"ministry"}),
    ],
)
def test_scope_of_an_inspector(province: Province, home: str, readable: set[str]) -> None:
    places = ("committee", "inspectorate", "department", "branch", "commune", "ministry")
    client = sign_in(make_officer(getattr(province, home), ROLE.INSPECTOR))
    for place in places:
        dossier = filed(getattr(province, place)).dossier
        expected = 200 if place in readable else 404
        for address in addresses(dossier):
            assert client.get(address).status_code == expected, (home, place, address)
        listed = client.get("/mot-cua/?muc=tat-ca").content.decode()
        assert (str(dossier.code) in listed) == (place in readable)


@pytest.mark.parametrize("role", [ROLE.RECEIVER, ROLE.HANDLER, ROLE.HEAD, ROLE.RETURNER])
def test_other_roles_read_only_their_own_agency(province: Province, role: str) -> None:
    for home in (province.committee, province.inspectorate, province.department):
        client = sign_in(make_officer(home, role))
        for agency in (province.branch, province.commune):
            assert client.get(addresses(filed(agency).dossier)[0]).status_code == 404


def test_department_inspector_does_not_read_sibling_or_parent_agencies(province: Province) -> None:
    client = sign_in(make_officer(province.department, ROLE.INSPECTOR))
    for agency in (province.committee, province.inspectorate, province.commune):
        assert client.get(addresses(filed(agency).dossier)[0]).status_code == 404


def test_expired_inspector_reads_nothing(province: Province) -> None:
    user = make_officer(province.inspectorate, ROLE.INSPECTOR)
    user.memberships.update(valid_to=date(2026, 11, 22))
    assert sign_in(user).get(addresses(filed(province.commune).dossier)[0]).status_code == 404


def test_inspector_only_reads(province: Province) -> None:
    receipt = filed(province.commune)
    client = sign_in(make_officer(province.inspectorate, ROLE.INSPECTOR))
    page = client.get(addresses(receipt.dossier)[0]).content.decode()
    assert "/viec/" not in page
    assert "/ma-tra-cuu/" not in page
    for action in Action.values:
        client.post(reverse("one_stop:action", args=[receipt.code, action]), {"version": 1, "reason": "x"})
    client.post(reverse("one_stop:assign_to_self"), {"chon": f"{receipt.code}~1", "muc": "moi"})
    receipt.dossier.refresh_from_db()
    assert (receipt.dossier.status, receipt.dossier.version, receipt.dossier.assigned_to) == (1, 1, None)


def test_every_view_is_logged_with_the_inspecting_agency(province: Province) -> None:
    receipt = filed(province.commune)
    user = make_officer(province.inspectorate, ROLE.INSPECTOR)
    client = sign_in(user)
    file = receipt.dossier.attachments.get()
    for address in addresses(receipt.dossier)[:2]:
        client.get(address)
    b"".join(client.get(reverse("one_stop:file", args=[receipt.code, file.pk])).streaming_content)
    client.post(reverse("one_stop:reveal_citizen_id", args=[receipt.code]))
    entries = receipt.dossier.view_log.values_list("actor", "agency", "target")
    assert set(entries) == {
        (user.pk, province.inspectorate.pk, target)
        for target in ("dossier", "mau-01", f"file {file.pk}", "citizen_id")
    }
    assert "Thanh tra tỉnh Thử" in Client().get(f"/ho-so/{receipt.token}/nguoi-xem/").content.decode()


def test_ones_own_dossiers_are_logged_under_ones_own_agency(province: Province) -> None:
    """A handler of the commune who is also an inspector of the province acts for the commune in its own dossiers."""
    user = make_officer(province.commune, ROLE.HANDLER, ROLE.RECEIVER)
    Membership.objects.create(
        user=user, agency=province.inspectorate, role=ROLE.INSPECTOR, valid_from=date(2025, 7, 1)
    )
    own, other = filed(province.commune), filed(province.branch)
    client = sign_in(user)
    for receipt in (own, other):
        client.get(addresses(receipt.dossier)[0])
    assert own.dossier.view_log.get().agency == province.commune
    assert other.dossier.view_log.get().agency == province.inspectorate
    client.post(reverse("one_stop:action", args=[own.code, "accept"]), {"version": 1})
    client.post(reverse("one_stop:action", args=[other.code, "accept"]), {"version": 1})
    for receipt, status in ((own, 2), (other, 1)):
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status == status


def test_search_finds_the_dossiers_under_inspection(province: Province) -> None:
    inspector = officer_access(make_officer(province.department, ROLE.INSPECTOR))
    assert inspector is not None
    assert set(inspector.search_scopes) == {f"agency:{a.pk}" for a in (province.department, province.branch)}
    assert inspector.workplaces == (province.department,)


def test_queue_names_the_users_agency_and_counts_the_others(province: Province) -> None:
    page = sign_in(make_officer(province.inspectorate, ROLE.INSPECTOR)).get("/mot-cua/").content.decode()
    assert "Thanh tra tỉnh Thử" in page
    assert "chỉ xem: 4 cơ quan thuộc phạm vi thanh tra" in page


def test_access_needs_four_queries_whatever_the_number_of_agencies(
    province: Province, django_assert_num_queries
) -> None:
    user = make_officer(province.inspectorate, ROLE.INSPECTOR)
    for more in range(2):
        with django_assert_num_queries(4):
            officer_access(user)
        for _n in range(5 * (1 - more)):
            AgencyFactory(parent=province.department)


def test_inspectorate_without_a_province_inspects_itself() -> None:
    alone = AgencyFactory(kind=KIND.INSPECTORATE)
    assert list(agencies_inspected_by(alone)) == [alone]
