"""Selectors of the queue: tabs, order, counts, number of queries."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.selectors.assignees import assignable_officers
from forms_app.dossiers.transitions import Action
from one_stop.access import OfficerAccess
from one_stop.selectors import queue
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.one_stop.factories import NOW, VN, ask, do, make_desk_form, make_dossier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def codes(desk: OfficerAccess, key: str) -> list[str]:
    tab = queue.tab_by_key(key)
    page = queue.queue_page(desk, tab, number=1, total=queue.queue_counts(desk, NOW).by_tab[key], now=NOW)
    return [dossier.code for dossier in page]


def in_process(agency: Agency, officer: User, accepted: datetime) -> Dossier:
    dossier = make_dossier(agency, at=accepted - timedelta(hours=1))
    return do(dossier, Action.ACCEPT, officer, at=accepted)


def test_tabs_sort_by_state_and_urgency(agency: Agency, officer: User, desk: OfficerAccess) -> None:
    new = make_dossier(agency, at=NOW - timedelta(hours=1))
    late = in_process(agency, officer, datetime(2026, 11, 9, 8, 0, tzinfo=VN))
    soon = in_process(agency, officer, datetime(2026, 11, 20, 8, 0, tzinfo=VN))
    waiting = in_process(agency, officer, datetime(2026, 11, 19, 8, 0, tzinfo=VN))
    ask(waiting, officer, at=NOW - timedelta(days=1))
    refused = do(make_dossier(agency), Action.DECLINE, officer, at=NOW)

    assert codes(desk, "moi") == [new.code]
    assert codes(desk, "dang-giai-quyet") == [late.code, soon.code]
    assert codes(desk, "qua-han") == [late.code]
    assert codes(desk, "cho") == [waiting.code]
    assert codes(desk, "da-dong") == [refused.code]
    assert set(codes(desk, "tat-ca")) == {new.code, late.code, soon.code, waiting.code, refused.code}


def test_counts_agree_with_the_lists(agency: Agency, officer: User, desk: OfficerAccess) -> None:
    make_dossier(agency, at=NOW - timedelta(hours=1))
    in_process(agency, officer, datetime(2026, 11, 9, 8, 0, tzinfo=VN))
    counts = queue.queue_counts(desk, NOW).by_tab
    assert counts == {tab.key: len(codes(desk, tab.key)) for tab in queue.TABS}
    assert (counts["moi"], counts["qua-han"], counts["tat-ca"]) == (1, 1, 2)


def test_overdue_dossiers_include_those_past_their_intake_deadline(
    agency: Agency, officer: User, desk: OfficerAccess, client: Client
) -> None:
    """The tab, its count and the filter of the first tab agree.

    Answered dossiers and those of other agencies are left out.
    """
    process = in_process(agency, officer, datetime(2026, 11, 9, 8, 0, tzinfo=VN))
    form = make_desk_form(agency)
    waiting = make_dossier(form=form, at=datetime(2026, 11, 18, 9, 0, tzinfo=VN))
    last_moment = make_dossier(form=form, at=datetime(2026, 11, 20, 9, 0, tzinfo=VN))
    Dossier.objects.filter(pk=last_moment.pk).update(intake_due_at=NOW)
    answered = make_dossier(form=form, at=datetime(2026, 11, 17, 9, 0, tzinfo=VN))
    ask(answered, officer, at=NOW)
    make_dossier(AgencyFactory(), at=datetime(2026, 11, 12, 9, 0, tzinfo=VN))

    assert codes(desk, "qua-han") == [process.code, waiting.code]
    counts = queue.queue_counts(desk, NOW)
    assert (counts.by_tab["qua-han"], counts.by_intake_state["qua-han"]) == (2, 1)
    page = client.get(reverse("one_stop:queue"), {"muc": "qua-han"}).content.decode()
    assert "Tiếp nhận: quá hạn" in page
    assert queue.next_code(desk, queue.tab_by_key("qua-han"), after=process.code, now=NOW) == waiting.code


def test_dossiers_of_other_agencies_are_not_listed(desk: OfficerAccess, client: Client) -> None:
    foreign = make_dossier(AgencyFactory())
    assert codes(desk, "tat-ca") == []
    assert foreign.code not in client.get(reverse("one_stop:queue"), {"muc": "tat-ca"}).content.decode()
    assert queue.dossiers_by_ref(desk, [str(foreign.pk)]) == []


def test_search_order_is_kept_and_malformed_refs_are_dropped(agency: Agency, desk: OfficerAccess) -> None:
    first, second = make_dossier(agency), make_dossier(agency)
    found = queue.dossiers_by_ref(desk, [str(second.pk), "x'; --", str(first.pk), "999999"])
    assert [dossier.pk for dossier in found] == [second.pk, first.pk]


def test_unknown_tab_falls_back_to_the_first() -> None:
    assert queue.tab_by_key("khong-co").key == "moi"


def test_queue_shows_applicant_and_due_status(agency: Agency, officer: User, client: Client) -> None:
    in_process(agency, officer, datetime(2026, 11, 9, 8, 0, tzinfo=VN))
    text = client.get(reverse("one_stop:queue"), {"muc": "qua-han"}).content.decode()
    assert "Nguyễn Thị Thu Đông" in text
    assert "Quá hạn 7 ngày làm việc" in text


def test_empty_tab_shows_a_message(client: Client) -> None:
    assert "Không có hồ sơ nào chờ ở đây" in client.get(reverse("one_stop:queue")).content.decode()


@pytest.mark.parametrize("number", ["0", "-1", "999", "abc", ""])
def test_every_page_number_shows_a_page(agency: Agency, client: Client, number: str) -> None:
    make_dossier(agency)
    assert client.get(reverse("one_stop:queue"), {"page": number}).status_code == 200


def test_query_count_does_not_grow_with_the_list(
    agency: Agency, client: Client, django_assert_num_queries
) -> None:
    form = make_desk_form(agency)
    for _number in range(2):
        make_dossier(form=form)
    client.get(reverse("one_stop:queue"))
    with django_assert_num_queries(11):  # one of them logs the view
        client.get(reverse("one_stop:queue"))
    for _number in range(5):
        make_dossier(form=form)
    with django_assert_num_queries(11):  # one of them logs the view
        client.get(reverse("one_stop:queue"))


def test_applicants_procedures_and_officers_are_in_dictionary_order(
    agency: Agency, desk: OfficerAccess
) -> None:
    names = ["Vũ Ân", "Đỗ Bình", "Gia Cát", "Dương An"]
    for name in names:
        dossier = make_dossier(agency)
        dossier.applicant_name = name
        dossier.save()
        MembershipFactory(user=UserFactory(full_name=name), agency=agency, role="handler")
    in_order = ["Dương An", "Đỗ Bình", "Gia Cát", "Vũ Ân"]

    filters = queue.QueueFilters(ordering="nguoi")
    page = queue.queue_page(desk, queue.tab_by_key("moi"), number=1, total=4, now=NOW, filters=filters)
    assert [dossier.applicant_name for dossier in page] == in_order
    officers = [user.full_name for user in assignable_officers(agency.pk, NOW.date())]
    assert [name for name in officers if name in names] == in_order
