"""Validity of agencies and units: reused codes, successors, database checks (docs/domain.md#administrative-units)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import (
    CODE_NEW,
    CODE_OLD,
    AdministrativeUnit,
    AdministrativeUnitSuccession,
    Agency,
    AgencySuccession,
    Membership,
    User,
)
from tests.accounts.factories import AgencyFactory, MembershipFactory, UnitFactory, UserFactory

OLD_DAY, LAST_OLD, NEW_DAY = dt.date(2019, 1, 1), dt.date(2025, 6, 30), dt.date(2025, 7, 1)


def violates_constraint(create) -> bool:
    try:
        with transaction.atomic():
            create()
    except IntegrityError:
        return True
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [AgencyFactory, UnitFactory, MembershipFactory])
class TestValidity:
    def test_first_and_last_day_are_included(self, factory):
        row = factory(valid_from=OLD_DAY, valid_to=LAST_OLD)
        rows = type(row).objects
        days = [OLD_DAY - dt.timedelta(1), OLD_DAY, LAST_OLD, NEW_DAY]
        assert [rows.valid_on(day).exists() for day in days] == [False, True, True, False]

    def test_row_without_an_end_is_in_force(self, factory):
        row = factory(valid_from=OLD_DAY)
        assert type(row).objects.valid_on(dt.date(2999, 1, 1)).get() == row

    def test_period_is_at_least_one_day(self, factory):
        assert factory(valid_from=OLD_DAY, valid_to=OLD_DAY).pk
        assert violates_constraint(lambda: factory(valid_from=NEW_DAY, valid_to=LAST_OLD))


class TestCodes:
    @pytest.mark.parametrize("code", ["H12", "H12.05", "H12.05.03", "H12.1.22.333", "G09.20"])
    def test_current_code_is_valid(self, code):
        CODE_NEW(code)

    @pytest.mark.parametrize(
        "code",
        ["", "h12", "H1", "H123", "H12.", "H12.1234", "H12.1.2.3.4", "Đ12", "H12.0a", "12.05"],
    )
    def test_invalid_current_code_is_rejected(self, code):
        with pytest.raises(ValidationError):
            CODE_NEW(code)

    @pytest.mark.parametrize("code", ["000.00.06.H56", "000.17.22.H56", "001.00.00.G15"])
    def test_code_before_2025_is_valid(self, code):
        CODE_OLD(code)

    @pytest.mark.parametrize(
        "code", ["", "H12.05", "00.00.06.H56", "000.00.06.H5", "000.00.06.56", "000.00.06.H56 "]
    )
    def test_invalid_code_before_2025_is_rejected(self, code):
        with pytest.raises(ValidationError):
            CODE_OLD(code)


@pytest.mark.django_db
class TestAgencies:
    def test_code_can_be_reused_from_another_day(self):
        AgencyFactory(code="H12.05", valid_from=OLD_DAY, valid_to=LAST_OLD)
        AgencyFactory(code="H12.05", valid_from=NEW_DAY)
        assert violates_constraint(lambda: AgencyFactory(code="H12.05", valid_from=NEW_DAY))

    def test_successions_of_merged_and_divided_agencies(self):
        """Sở TN&MT and Sở NN&PTNT became one; the district went to several communes."""
        merged = AgencyFactory(name="Sở Nông nghiệp và Môi trường")
        before = [AgencyFactory(abolished=True) for _ in range(2)]
        district = AgencyFactory(kind=Agency.Kind.DISTRICT, abolished=True)
        communes = AgencyFactory.create_batch(3, kind=Agency.Kind.COMMUNE)
        for old, new in [*((old, merged) for old in before), *((district, new) for new in communes)]:
            AgencySuccession.objects.create(predecessor=old, successor=new, date=NEW_DAY)
        assert set(merged.predecessors.all()) == set(before)
        assert set(district.successors.all()) == set(communes)
        assert not district.predecessors.exists()

    def test_succession_to_itself_or_twice_is_rejected(self):
        old, new = AgencyFactory(abolished=True), AgencyFactory()
        AgencySuccession.objects.create(predecessor=old, successor=new, date=NEW_DAY)
        assert violates_constraint(
            lambda: AgencySuccession.objects.create(predecessor=old, successor=new, date=OLD_DAY)
        )
        assert violates_constraint(
            lambda: AgencySuccession.objects.create(predecessor=new, successor=new, date=NEW_DAY)
        )

    def test_agency_with_related_rows_cannot_be_deleted(self):
        old, new = AgencyFactory(abolished=True), AgencyFactory()
        AgencySuccession.objects.create(predecessor=old, successor=new, date=NEW_DAY)
        parent = AgencyFactory()
        AgencyFactory(parent=parent)
        for agency in (old, new, parent, MembershipFactory().agency):
            with pytest.raises(ProtectedError):
                agency.delete()

    def test_text_representation_is_the_name(self):
        old, new = AgencyFactory(name="Cũ"), AgencyFactory(name="Mới")
        assert str(old) == "Cũ"
        assert str(AgencySuccession(predecessor=old, successor=new)) == "Cũ → Mới"


@pytest.mark.django_db
class TestUnits:
    def test_code_is_unique_per_level_and_start_date(self):
        UnitFactory(gso_code="31825", name="Phường 1", valid_from=OLD_DAY, valid_to=LAST_OLD)
        UnitFactory(gso_code="31825", name="Phường Bạc Liêu", valid_from=NEW_DAY)
        UnitFactory(gso_code="31825", level=AdministrativeUnit.Level.DISTRICT, valid_from=NEW_DAY)
        assert violates_constraint(lambda: UnitFactory(gso_code="31825", valid_from=NEW_DAY))

    def test_split_ward_has_distinct_successors(self):
        ward, (one, two) = UnitFactory(valid_to=None), UnitFactory.create_batch(2)
        for unit, share in ((one, "default"), (two, "part")):
            AdministrativeUnitSuccession.objects.create(
                predecessor=ward, successor=unit, share=share, date=NEW_DAY
            )
        assert violates_constraint(
            lambda: AdministrativeUnitSuccession.objects.create(
                predecessor=ward, successor=one, share="part", date=NEW_DAY
            )
        )
        assert ward.succession_to.count() == 2

    def test_unit_with_units_below_cannot_be_deleted(self):
        province = UnitFactory(level=AdministrativeUnit.Level.PROVINCE)
        UnitFactory(parent=province)
        with pytest.raises(ProtectedError):
            province.delete()


@pytest.mark.django_db
class TestMemberships:
    def test_same_role_can_be_held_again_later(self):
        membership = MembershipFactory(valid_from=OLD_DAY, valid_to=LAST_OLD)
        again = {"user": membership.user, "agency": membership.agency, "role": membership.role}
        MembershipFactory(**again, valid_from=NEW_DAY)
        assert violates_constraint(lambda: MembershipFactory(**again, valid_from=NEW_DAY))

    def test_memberships_are_deleted_with_their_user(self):
        membership = MembershipFactory()
        membership.user.delete()
        assert not Membership.objects.exists()

    def test_text_representation_is_user_role_agency(self):
        membership = MembershipFactory(user__full_name="Trần Thị Lan", agency__name="Sở Tư pháp", role="head")
        assert str(membership) == "Trần Thị Lan · Lãnh đạo · Sở Tư pháp"


class TestNames:
    @pytest.mark.parametrize(
        ("full", "short"),
        [("Trần Thị Lan", "Lan"), ("Lan", "Lan"), ("", "lan.tt"), ("Nguyễn Đặng  Hồng Ân", "Ân")],
    )
    def test_short_name_is_the_given_name(self, full, short):
        user = User(username="lan.tt", full_name=full)
        assert user.get_short_name() == short
        assert str(user) == (full or "lan.tt")

    @given(st.text(min_size=1, max_size=30))
    def test_full_name_is_returned_unchanged(self, name):
        assert User(username="lan", full_name=name).get_full_name() == name


@pytest.mark.django_db
def test_accounts_may_share_an_email_but_not_a_username():
    UserFactory(username="lan", email="van-phong@example.vn")
    UserFactory(username="hoa", email="van-phong@example.vn")
    assert violates_constraint(lambda: UserFactory(username="lan"))
