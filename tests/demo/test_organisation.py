"""Agencies and staff of the demo: loading again adds nothing and overwrites nothing."""

from __future__ import annotations

import pytest

from accounts.models import Agency, Membership, User
from demo import sources
from demo.organisation import load_agencies, load_people


@pytest.mark.django_db
class TestAgencies:
    def test_parents_are_listed_before_their_children(self):
        seen = set()
        for row in sources.read_file("agencies"):
            assert row["parent"] is None or row["parent"] in seen
            seen.add(row["slug"])

    def test_communes_have_a_unit_and_departments_have_none(self):
        agencies = load_agencies()
        assert agencies["ubnd-phuong-tan-thanh"].unit.name == "Phường Tân Thành"
        assert agencies["so-tu-phap"].unit is None
        assert agencies["so-tu-phap"].parent == agencies["ubnd-tinh"]

    def test_changes_by_staff_are_kept(self):
        load_agencies()
        Agency.objects.filter(slug="so-tu-phap").update(phone="0290 111 2222")
        assert load_agencies()["so-tu-phap"].phone == "0290 111 2222"

    def test_loading_twice_creates_no_second_agencies(self):
        first = {slug: agency.pk for slug, agency in load_agencies().items()}
        assert {slug: agency.pk for slug, agency in load_agencies().items()} == first


@pytest.mark.django_db
class TestPeople:
    def test_changed_password_is_not_reset(self):
        agencies = load_agencies()
        load_people(agencies)
        officer = User.objects.get(username="tiep-nhan")
        officer.set_password("mot-mat-khau-khac-2026")
        officer.save()
        load_people(agencies)
        officer.refresh_from_db()
        assert officer.check_password("mot-mat-khau-khac-2026")

    def test_loading_twice_creates_no_second_memberships(self):
        agencies = load_agencies()
        load_people(agencies)
        count = Membership.objects.count()
        load_people(agencies)
        assert Membership.objects.count() == count

    def test_person_has_memberships_at_all_listed_agencies(self):
        load_people(load_agencies())
        person = next(one for one in sources.people()["accounts"] if one["username"] == "truyen-thong")
        slugs = set(
            Membership.objects.filter(user__username="truyen-thong").values_list("agency__slug", flat=True)
        )
        assert slugs == {person["agency"], *person["also"]}

    def test_mail_addresses_are_fictitious(self):
        load_people(load_agencies())
        assert not User.objects.exclude(email__endswith="@demo.camau.example").exists()
