"""Accounts that a user may manage: setting a password or email address allows taking over the account."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Membership, User
from accounts.selectors import accounts_manageable_by
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


def make_member(*agencies: Agency, role: str = Role.RECEIVER, **fields: Any) -> User:
    user = UserFactory(last_login=timezone.now())
    for agency in agencies:
        MembershipFactory(user=user, agency=agency, role=role, **fields)
    sync_groups(user=user)
    return User.objects.get(pk=user.pk)


def operator(agency: Agency) -> User:
    return make_member(agency, role=Role.OPERATOR)


def manages(by: User, user: User) -> bool:
    return accounts_manageable_by(by).filter(pk=user.pk).exists()


class TestAccountsManageableBy:
    def test_operator_manages_staff_of_the_agency_and_agencies_below(self, province, commune):
        officer = make_member(commune)
        assert manages(operator(commune), officer)
        assert manages(operator(province), officer)

    def test_operator_does_not_manage_other_or_parent_agencies(self, province, commune, other):
        assert not manages(operator(other), make_member(commune))
        assert not manages(operator(commune), make_member(province))

    def test_member_of_two_agencies_is_managed_above_both(self, province, commune, other):
        officer = make_member(commune, other)
        assert not manages(operator(commune), officer)
        assert manages(operator(province), officer)

    def test_future_membership_counts(self, commune, other):
        officer = make_member(commune)
        MembershipFactory(user=officer, agency=other, valid_from=dt.date(2026, 6, 1))
        assert not manages(operator(commune), officer)

    def test_moved_member_is_managed_by_the_new_agency(self, commune, other):
        officer = make_member(commune, **ENDED)
        MembershipFactory(user=officer, agency=other)
        assert manages(operator(other), officer)
        assert not manages(operator(commune), officer)

    def test_former_member_is_managed_by_the_last_agencies(self, province, commune, other):
        one, two = make_member(commune, **ENDED), make_member(commune, other, **ENDED)
        assert manages(operator(commune), one)
        assert not manages(operator(commune), two)
        assert not manages(operator(other), one)
        assert manages(operator(province), two)

    def test_procedure_controller_is_managed_by_the_province(self, province, commune):
        controller = make_member(commune, role=Role.CONTROLLER)
        assert not manages(operator(commune), controller)
        assert manages(operator(province), controller)

    def test_new_account_is_managed_until_its_first_sign_in(self, commune):
        new_user = UserFactory(last_login=None)
        assert manages(operator(commune), new_user)
        User.objects.filter(pk=new_user.pk).update(last_login=timezone.now())
        assert not manages(operator(commune), new_user)

    def test_superuser_is_managed_by_superusers_only(self, province, commune):
        superuser = UserFactory(is_superuser=True)
        MembershipFactory(user=superuser, agency=commune)
        assert not manages(operator(province), superuser)
        assert manages(UserFactory(is_superuser=True), superuser)
        assert not manages(UserFactory(is_superuser=True, is_active=False), superuser)

    def test_own_account_is_not_managed(self, province):
        by = operator(province)
        assert not manages(by, by)

    def test_other_roles_manage_no_accounts(self, commune):
        officer = make_member(commune)
        for role in set(Role.values) - {Role.OPERATOR}:
            assert not manages(make_member(commune, role=role), officer)
        assert not manages(make_member(commune, role=Role.OPERATOR, **ENDED), officer)
        assert not manages(make_member(commune, role=Role.OPERATOR, valid_from=dt.date(2026, 3, 3)), officer)

    def test_query_count_does_not_grow_with_accounts(self, province, commune, django_assert_num_queries):
        by = operator(province)
        for count in (3, 5):
            for _ in range(count):
                make_member(commune)
            with django_assert_num_queries(5):
                list(accounts_manageable_by(by))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def user_with_permissions(*rights: str) -> User:
    """Return a user with model permissions on accounts but no role."""
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=("access_admin", *rights)))
    return User.objects.get(pk=user.pk)


def take_over(client: Client, user: User) -> int:
    data = {
        "username": user.username, "full_name": user.full_name, "email": "ke-khac@example.vn", "is_active": "on",
        "password1": NEW, "password2": NEW,
    }  # fmt: skip
    return client.post(reverse("wagtailusers_users:edit", args=[user.pk]), data).status_code


class TestTakeover:
    @pytest.mark.parametrize("kind", ["officer", "head", "operator", "former", "superuser", "citizen"])
    def test_model_permissions_alone_allow_no_takeover(self, commune, kind):
        victim = {
            "officer": lambda: make_member(commune),
            "head": lambda: make_member(commune, role=Role.HEAD),
            "operator": lambda: operator(commune),
            "former": lambda: make_member(commune, **ENDED),
            "superuser": lambda: UserFactory(is_superuser=True),
            "citizen": lambda: UserFactory(last_login=timezone.now()),
        }[kind]()
        client = browser(user_with_permissions("add_user", "change_user", "delete_user", "view_user"))
        assert take_over(client, victim) == 404
        for view in ("edit", "delete", "history", "usage"):
            for method in (client.get, client.post):
                assert method(reverse(f"wagtailusers_users:{view}", args=[victim.pk])).status_code == 404
        again = User.objects.get(pk=victim.pk)
        assert again.password == victim.password
        assert again.email == victim.email
        assert again.is_active

    def test_operating_team_changes_the_accounts_of_its_officers_but_sets_no_password(self, commune):
        officer = make_member(commune)
        assert take_over(browser(operator(commune)), officer) == 302
        again = User.objects.get(pk=officer.pk)
        assert again.email == "ke-khac@example.vn"
        assert again.password == officer.password

    def test_operating_team_of_another_agency_changes_nothing(self, commune, other):
        officer = make_member(commune)
        assert take_over(browser(operator(other)), officer) == 404
        assert User.objects.get(pk=officer.pk).email == officer.email

    def test_operator_cannot_take_over_a_citizen_by_granting_a_role(self, province, commune):
        citizen, by = UserFactory(last_login=timezone.now()), operator(commune)
        facts = {
            "username": citizen.username,
            "agency": commune.pk,
            "role": "editor",
            "valid_from": "2026-03-02",
        }
        browser(by).post(reverse("memberships:add"), facts)
        assert take_over(browser(by), citizen) == 404

    def test_operator_cannot_take_over_staff_of_another_agency_by_granting_a_role(self, commune, other):
        colleague, by = make_member(other), operator(commune)
        facts = {
            "username": colleague.username,
            "agency": commune.pk,
            "role": "editor",
            "valid_from": "2026-03-02",
        }
        browser(by).post(reverse("memberships:add"), facts)
        assert colleague.memberships.count() == 2
        assert take_over(browser(by), colleague) == 404

    def test_own_account_cannot_be_deactivated_or_deleted(self, province):
        by, superuser = operator(province), UserFactory(is_superuser=True)
        for user in (by, superuser):
            data = {"username": user.username, "full_name": "Ai Đó", "email": user.email}
            browser(user).post(reverse("wagtailusers_users:edit", args=[user.pk]), data)
            browser(user).post(reverse("wagtailusers_users:delete", args=[user.pk]))
            again = User.objects.get(pk=user.pk)
            assert again.is_active
            assert again.is_superuser == user.is_superuser

    def test_operating_team_cannot_delete_accounts(self, commune):
        officer = make_member(commune)
        browser(operator(commune)).post(reverse("wagtailusers_users:delete", args=[officer.pk]))
        assert User.objects.filter(pk=officer.pk).exists()

    def test_operating_team_creates_accounts_without_rights(self, commune):
        data = {
            "username": "can-bo-moi", "full_name": "Võ Thị Mới", "email": "moi@example.vn", "password1": NEW,
            "password2": NEW, "is_superuser": "on", "groups": ["1"],
        }  # fmt: skip
        browser(operator(commune)).post(reverse("wagtailusers_users:add"), data)
        created = User.objects.get(username="can-bo-moi")
        assert not created.has_usable_password()
        assert not created.is_superuser
        assert not created.groups.exists()
        assert not created.user_permissions.exists()


class TestList:
    def test_list_shows_managed_accounts_only(self, province, commune, other):
        here, there = make_member(commune), make_member(other)
        citizen = UserFactory(last_login=timezone.now(), full_name="Lê Người Dân", username="nguoi-dan")
        html = browser(operator(commune)).get(reverse("wagtailusers_users:index")).text
        assert here.username in html
        assert there.username not in html
        assert citizen.username not in html
        found = (
            browser(operator(province)).get(reverse("wagtailusers_users:index_results") + "?q=nguoi-dan").text
        )
        assert citizen.full_name not in found

    def test_superuser_list_shows_all_accounts(self, commune):
        people = [make_member(commune), UserFactory(last_login=timezone.now())]
        html = browser(UserFactory(is_superuser=True)).get(reverse("wagtailusers_users:index")).text
        assert all(user.username in html for user in people)

    def test_list_has_bulk_checkboxes_for_superusers_only(self, commune):
        make_member(commune)
        address = reverse("wagtailusers_users:index")
        assert "bulk-action-checkbox" not in browser(operator(commune)).get(address).text
        assert "bulk-action-checkbox" in browser(UserFactory(is_superuser=True)).get(address).text

    def test_editors_have_no_access_to_the_list(self, commune):
        address = reverse("wagtailusers_users:index")
        assert browser(make_member(commune, role=Role.EDITOR)).get(address).status_code == 302
