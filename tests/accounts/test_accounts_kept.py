"""Whose account somebody may change: a new password or another address of mail is a way in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Membership, User
from accounts.selectors import accounts_kept_by
from accounts.services.groups import sync_groups
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role
NEW = "con-vit-cao-canh-2026"
ENDED = {"valid_from": dt.date(2025, 7, 1), "valid_to": dt.date(2025, 12, 31)}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)


@pytest.fixture
def province() -> Agency:
    return AgencyFactory(kind=Agency.Kind.PROVINCE)


@pytest.fixture
def commune(province) -> Agency:
    return AgencyFactory(parent=province, name="UBND xã Một")


@pytest.fixture
def other(province) -> Agency:
    return AgencyFactory(parent=province, name="UBND xã Hai")


def holder(*agencies: Agency, role: str = Role.RECEPTION, **fields: Any) -> User:
    user = UserFactory(last_login=timezone.now())
    for agency in agencies:
        MembershipFactory(user=user, agency=agency, role=role, **fields)
    sync_groups(user=user)
    return User.objects.get(pk=user.pk)


def operator(agency: Agency) -> User:
    return holder(agency, role=Role.OPERATOR)


def keeps(by: User, user: User) -> bool:
    return accounts_kept_by(by).filter(pk=user.pk).exists()


class TestRule:
    def test_people_of_the_own_agency_and_of_those_below(self, province, commune):
        officer = holder(commune)
        assert keeps(operator(commune), officer)
        assert keeps(operator(province), officer)

    def test_not_of_another_agency_nor_of_one_above(self, province, commune, other):
        assert not keeps(operator(other), holder(commune))
        assert not keeps(operator(commune), holder(province))

    def test_who_works_in_two_agencies_needs_somebody_above_both(self, province, commune, other):
        officer = holder(commune, other)
        assert not keeps(operator(commune), officer)
        assert keeps(operator(province), officer)

    def test_a_role_that_begins_later_counts_already(self, commune, other):
        officer = holder(commune)
        MembershipFactory(user=officer, agency=other, valid_from=dt.date(2026, 6, 1))
        assert not keeps(operator(commune), officer)

    def test_who_has_moved_belongs_to_the_new_agency(self, commune, other):
        officer = holder(commune, **ENDED)
        MembershipFactory(user=officer, agency=other)
        assert keeps(operator(other), officer)
        assert not keeps(operator(commune), officer)

    def test_who_has_left_belongs_to_where_they_were(self, province, commune, other):
        one, two = holder(commune, **ENDED), holder(commune, other, **ENDED)
        assert keeps(operator(commune), one)
        assert not keeps(operator(commune), two)
        assert not keeps(operator(other), one)
        assert keeps(operator(province), two)

    def test_a_controller_of_everybody_is_kept_by_the_top(self, province, commune):
        controller = holder(commune, role=Role.CATALOGUE)
        assert not keeps(operator(commune), controller)
        assert keeps(operator(province), controller)

    def test_a_new_account_is_kept_until_somebody_signs_in_with_it(self, commune):
        fresh = UserFactory(last_login=None)
        assert keeps(operator(commune), fresh)
        User.objects.filter(pk=fresh.pk).update(last_login=timezone.now())
        assert not keeps(operator(commune), fresh)

    def test_a_superuser_is_kept_by_superusers_only(self, province, commune):
        chief = UserFactory(is_superuser=True)
        MembershipFactory(user=chief, agency=commune)
        assert not keeps(operator(province), chief)
        assert keeps(UserFactory(is_superuser=True), chief)
        assert not keeps(UserFactory(is_superuser=True, is_active=False), chief)

    def test_the_own_account_is_nobodys(self, province):
        by = operator(province)
        assert not keeps(by, by)

    def test_nobody_else_keeps_any(self, commune):
        officer = holder(commune)
        for role in set(Role.values) - {Role.OPERATOR}:
            assert not keeps(holder(commune, role=role), officer)
        assert not keeps(holder(commune, role=Role.OPERATOR, **ENDED), officer)
        assert not keeps(holder(commune, role=Role.OPERATOR, valid_from=dt.date(2026, 3, 3)), officer)

    def test_one_statement_asks_for_all(self, province, commune, django_assert_num_queries):
        by = operator(province)
        for count in (3, 5):
            for _ in range(count):
                holder(commune)
            with django_assert_num_queries(5):
                list(accounts_kept_by(by))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def clerk(*rights: str) -> User:
    """Holds permissions on accounts and no role."""
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=("access_admin", *rights)))
    return User.objects.get(pk=user.pk)


def take_over(client: Client, user: User) -> int:
    sent = {
        "username": user.username, "full_name": user.full_name, "email": "ke-khac@example.vn", "is_active": "on",
        "password1": NEW, "password2": NEW,
    }  # fmt: skip
    return client.post(reverse("wagtailusers_users:edit", args=[user.pk]), sent).status_code


class TestTakingOver:
    @pytest.mark.parametrize("kind", ["officer", "leader", "operator", "former", "superuser", "citizen"])
    def test_permissions_alone_open_nobodys_account(self, commune, kind):
        victim = {
            "officer": lambda: holder(commune),
            "leader": lambda: holder(commune, role=Role.LEADER),
            "operator": lambda: operator(commune),
            "former": lambda: holder(commune, **ENDED),
            "superuser": lambda: UserFactory(is_superuser=True),
            "citizen": lambda: UserFactory(last_login=timezone.now()),
        }[kind]()
        client = browser(clerk("add_user", "change_user", "delete_user", "view_user"))
        assert take_over(client, victim) == 404
        for view in ("edit", "delete", "history", "usage"):
            for method in (client.get, client.post):
                assert method(reverse(f"wagtailusers_users:{view}", args=[victim.pk])).status_code == 404
        again = User.objects.get(pk=victim.pk)
        assert again.password == victim.password
        assert again.email == victim.email
        assert again.is_active

    def test_the_operating_team_helps_its_officers(self, commune):
        officer = holder(commune)
        assert take_over(browser(operator(commune)), officer) == 302
        assert User.objects.get(pk=officer.pk).check_password(NEW)

    def test_the_operating_team_of_another_agency_does_not(self, commune, other):
        officer = holder(commune)
        assert take_over(browser(operator(other)), officer) == 404
        assert not User.objects.get(pk=officer.pk).check_password(NEW)

    def test_a_role_does_not_bring_the_account_of_a_citizen_into_reach(self, province, commune):
        citizen, by = UserFactory(last_login=timezone.now()), operator(commune)
        facts = {
            "username": citizen.username,
            "agency": commune.pk,
            "role": "reception",
            "valid_from": "2026-03-02",
        }
        browser(by).post(reverse("memberships:add"), facts)
        assert take_over(browser(by), citizen) == 404

    def test_a_role_does_not_bring_a_colleague_of_another_agency_into_reach(self, commune, other):
        colleague, by = holder(other), operator(commune)
        facts = {
            "username": colleague.username,
            "agency": commune.pk,
            "role": "reception",
            "valid_from": "2026-03-02",
        }
        browser(by).post(reverse("memberships:add"), facts)
        assert colleague.memberships.count() == 2
        assert take_over(browser(by), colleague) == 404

    def test_nobody_closes_the_own_account(self, province):
        by, chief = operator(province), UserFactory(is_superuser=True)
        for user in (by, chief):
            sent = {"username": user.username, "full_name": "Ai Đó", "email": user.email}
            browser(user).post(reverse("wagtailusers_users:edit", args=[user.pk]), sent)
            browser(user).post(reverse("wagtailusers_users:delete", args=[user.pk]))
            again = User.objects.get(pk=user.pk)
            assert again.is_active
            assert again.is_superuser == user.is_superuser

    def test_nobody_of_the_operating_team_deletes_an_account(self, commune):
        officer = holder(commune)
        browser(operator(commune)).post(reverse("wagtailusers_users:delete", args=[officer.pk]))
        assert User.objects.filter(pk=officer.pk).exists()

    def test_the_operating_team_makes_accounts_without_rights(self, commune):
        sent = {
            "username": "can-bo-moi", "full_name": "Võ Thị Mới", "email": "moi@example.vn", "password1": NEW,
            "password2": NEW, "is_superuser": "on", "groups": ["1"],
        }  # fmt: skip
        browser(operator(commune)).post(reverse("wagtailusers_users:add"), sent)
        made = User.objects.get(username="can-bo-moi")
        assert made.check_password(NEW)
        assert not made.is_superuser
        assert not made.groups.exists()
        assert not made.user_permissions.exists()


class TestList:
    def test_holds_the_people_that_one_keeps(self, province, commune, other):
        here, there = holder(commune), holder(other)
        citizen = UserFactory(last_login=timezone.now(), full_name="Lê Người Dân", username="nguoi-dan")
        html = browser(operator(commune)).get(reverse("wagtailusers_users:index")).text
        assert here.username in html
        assert there.username not in html
        assert citizen.username not in html
        found = (
            browser(operator(province)).get(reverse("wagtailusers_users:index_results") + "?q=nguoi-dan").text
        )
        assert citizen.full_name not in found

    def test_of_a_superuser_holds_everybody(self, commune):
        people = [holder(commune), UserFactory(last_login=timezone.now())]
        html = browser(UserFactory(is_superuser=True)).get(reverse("wagtailusers_users:index")).text
        assert all(user.username in html for user in people)

    def test_offers_no_box_to_tick(self, commune):
        holder(commune)
        address = reverse("wagtailusers_users:index")
        assert "bulk-action-checkbox" not in browser(operator(commune)).get(address).text
        assert "bulk-action-checkbox" in browser(UserFactory(is_superuser=True)).get(address).text

    def test_is_closed_to_editors(self, commune):
        address = reverse("wagtailusers_users:index")
        assert browser(holder(commune, role=Role.EDITOR)).get(address).status_code == 302
