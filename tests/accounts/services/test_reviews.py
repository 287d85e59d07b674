"""Operating teams confirm the list of accounts and roles every six months."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountReview, Membership
from accounts.services import reviews
from core.errors import Conflict, NotAllowed
from tests.accounts.admin_helpers import browser, member
from tests.accounts.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/quan-tri/ra-soat-tai-khoan/"


def confirm(agency: Any, user: Any, **options: Any) -> AccountReview:
    return reviews.confirm_review(
        agency=agency,
        by=user,
        expected_hash=reviews.list_hash(list(reviews.roles_to_review(agency))),
        **options,
    )


class TestConfirm:
    def test_list_is_stored_as_it_was_confirmed(self, province, commune, other):
        operator = member(province, username="van-hanh")
        row = MembershipFactory(agency=commune, user__username="lan", user__full_name="Trần Lan")
        MembershipFactory(agency=other, ended=True)
        review = confirm(province, operator)
        assert [entry[0] for entry in review.entries] == ["van-hanh", "lan"]
        assert review.entries[1][:5] == [
            "lan",
            "Trần Lan",
            "receiver",
            commune.code,
            row.valid_from.isoformat(),
        ]

    def test_changed_list_is_a_conflict(self, commune):
        operator = member(commune)
        shown = reviews.list_hash(list(reviews.roles_to_review(commune)))
        MembershipFactory(agency=commune)
        with pytest.raises(Conflict):
            reviews.confirm_review(agency=commune, by=operator, expected_hash=shown)
        assert not AccountReview.objects.exists()

    @pytest.mark.parametrize("role", [role for role in Membership.Role.values if role != "operator"])
    def test_other_roles_may_not_confirm(self, commune, role):
        with pytest.raises(NotAllowed):
            confirm(commune, member(commune, role))

    def test_operator_of_another_agency_may_not_confirm(self, commune, other):
        with pytest.raises(NotAllowed):
            confirm(commune, member(other))


class TestRemind:
    @pytest.mark.parametrize(("days", "number"), [(182, 0), (183, 1)])
    def test_team_is_reminded_after_six_months(
        self, commune, days, number, django_capture_on_commit_callbacks
    ):
        operator = member(commune)
        now = timezone.now()
        confirm(commune, operator, now=now - dt.timedelta(days=days))
        with django_capture_on_commit_callbacks(execute=True):
            assert reviews.send_reminders(now=now) == number
        assert len(mail.outbox) == number
        if number:
            assert mail.outbox[0].to == [operator.email]
            assert f"{LIST}{commune.pk}/" in mail.outbox[0].body

    def test_confirmation_of_the_agency_above_counts(self, province, commune):
        member(commune)
        confirm(province, member(province))
        assert reviews.send_reminders() == 0

    def test_reminder_comes_once_a_month(self, commune):
        member(commune)
        now = dt.datetime(2126, 11, 3, 3, tzinfo=dt.UTC)
        assert [reviews.send_reminders(now=now + dt.timedelta(days=days)) for days in (0, 1, 20, 30)] == [
            1,
            0,
            0,
            1,
        ]


class TestPages:
    def test_operator_confirms_the_list(self, commune):
        client = browser(member(commune))
        MembershipFactory(agency=commune, user__full_name="Trần Thị Lan")
        page = client.get(LIST, follow=True)
        assert "Trần Thị Lan" in page.text
        assert 'data-review="due"' in page.text
        done = client.post(f"{LIST}{commune.pk}/", {"list": page.context["list_hash"]}, follow=True)
        assert 'data-review="confirmed"' in done.text
        assert AccountReview.objects.get().agency == commune

    def test_changed_list_is_shown_again_with_a_message(self, commune):
        client = browser(member(commune))
        answer = client.post(f"{LIST}{commune.pk}/", {"list": "cũ"})
        assert "Danh sách đã thay đổi" in answer.text
        assert not AccountReview.objects.exists()

    def test_superuser_sees_the_topmost_agencies(self, province, commune):
        page = browser(UserFactory(is_superuser=True)).get(LIST, follow=True)
        assert page.request["PATH_INFO"] == f"{LIST}{province.pk}/"

    @pytest.mark.parametrize("role", [Membership.Role.EDITOR, Membership.Role.CONTROLLER])
    def test_others_find_neither_page_nor_menu(self, commune, role):
        client = browser(member(commune, role))
        assert client.get(f"{LIST}{commune.pk}/").status_code == 404
        assert client.get(LIST).status_code == 404
        assert LIST not in client.get(reverse("wagtailadmin_home")).text

    def test_other_agency_is_not_found(self, commune, other):
        assert browser(member(other)).get(f"{LIST}{commune.pk}/").status_code == 404

    def test_number_of_queries_does_not_depend_on_the_rows(self, commune, django_assert_max_num_queries):
        client = browser(member(commune))
        address = f"{LIST}{commune.pk}/"
        client.get(address)
        with django_assert_max_num_queries(40) as first:
            client.get(address)
        MembershipFactory.create_batch(5, agency=commune)
        with django_assert_max_num_queries(len(first)):
            client.get(address)
