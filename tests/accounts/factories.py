"""Invented people and agencies."""

from __future__ import annotations

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from accounts.models import AdministrativeUnit, Agency, Membership, User

START = dt.date(2025, 7, 1)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"nguoi-dung-{n}")
    full_name = factory.Sequence(lambda n: f"Nguyễn Thử {n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.vn")
    password = factory.django.Password("mat-khau-rat-dai")


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = AdministrativeUnit

    gso_code = factory.Sequence(lambda n: f"{30000 + n}")
    name = factory.Sequence(lambda n: f"Xã Thử {n}")
    kind = "xa"
    level = AdministrativeUnit.Level.COMMUNE
    valid_from = START


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency

    class Params:
        abolished = factory.Trait(valid_from=dt.date(2019, 1, 1), valid_to=dt.date(2025, 6, 30))

    name = factory.Sequence(lambda n: f"Sở Thử {n}")
    slug = factory.Sequence(lambda n: f"so-thu-{n}")
    kind = Agency.Kind.DEPARTMENT
    # Two numbers: never a code that a test writes itself ("H12.5").
    code = factory.Sequence(lambda n: f"H12.{800 + n // 1000}.{n % 1000}")
    valid_from = START


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    class Params:
        ended = factory.Trait(valid_to=dt.date(2025, 12, 31))

    user = factory.SubFactory(UserFactory)
    agency = factory.SubFactory(AgencyFactory)
    role = Membership.Role.RECEIVER
    valid_from = START
