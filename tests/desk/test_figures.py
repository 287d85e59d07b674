"""Figures of a month: on time by date, online by source, nothing claimed about nothing."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine

from core import hooks
from forms_app.desk.selectors.figures import last_whole_month, month_figures
from forms_app.dossiers.models import Dossier
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import VN, make_desk_form, make_dossier

pytestmark = pytest.mark.django_db


def finished(form, *, due: datetime | None, done: datetime) -> Dossier:
    dossier = make_dossier(form=form, at=datetime(2026, 10, 5, 8, 0, tzinfo=VN))
    Dossier.objects.filter(pk=dossier.pk).update(
        accepted_at=dossier.submitted_at, due_at=due, finished_at=done, status=9
    )
    return dossier


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 23), date(2026, 10, 1)),
        (date(2026, 1, 1), date(2025, 12, 1)),
        (date(2026, 3, 31), date(2026, 2, 1)),
    ],
)
def test_the_last_whole_month(today: date, first: date) -> None:
    assert last_whole_month(today) == first


def test_on_time_compares_dates_in_vietnam_and_no_promise_is_on_time() -> None:
    form = make_desk_form(AgencyFactory())
    due = datetime(2026, 10, 8, 9, 0, tzinfo=VN)
    finished(form, due=due, done=datetime(2026, 10, 8, 23, 30, tzinfo=VN))  # same day, later hour
    finished(form, due=due, done=datetime(2026, 10, 9, 0, 30, tzinfo=VN))  # next day here, same day in UTC
    finished(form, due=None, done=datetime(2026, 10, 20, 9, 0, tzinfo=VN))
    finished(form, due=due, done=datetime(2026, 11, 1, 0, 30, tzinfo=VN))  # another month

    month = month_figures(date(2026, 10, 1))

    assert (month.finished, month.on_time, month.submitted, month.online) == (3, 2, 4, 4)
    assert month.on_time_percent == pytest.approx(66.67, abs=0.01)


def test_a_share_of_nothing_is_not_claimed(django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        month = month_figures(date(2026, 10, 1))
    assert (month.on_time_percent, month.online_percent) == (None, None)


def test_the_front_page_gets_words() -> None:
    form = make_desk_form(AgencyFactory())
    finished(form, due=datetime(2026, 10, 8, 9, 0, tzinfo=VN), done=datetime(2026, 10, 8, 10, 0, tzinfo=VN))
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=VN), tick=False):
        figures = {figure.label: figure.value for answer in hooks.call("home_figures") for figure in answer}
    assert figures["Hồ sơ đã giải quyết tháng 10/2026"] == "1"
    assert figures["Đúng và trước hạn"].startswith("100")
