"""Monthly figures: on time by date, online by source, no percentages without dossiers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import pytest
import time_machine

from forms_app.dossiers.models import Dossier
from one_stop.selectors.figures import figures_of_last_month, last_whole_month, month_figures
from tests.accounts.factories import AgencyFactory
from tests.one_stop.factories import VN, make_desk_form, make_dossier

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
def test_last_whole_month_is_the_previous_calendar_month(today: date, first: date) -> None:
    assert last_whole_month(today) == first


def test_on_time_compares_dates_in_vietnam_and_counts_dossiers_without_a_due_date() -> None:
    form = make_desk_form(AgencyFactory())
    due = datetime(2026, 10, 8, 9, 0, tzinfo=VN)
    finished(form, due=due, done=datetime(2026, 10, 8, 23, 30, tzinfo=VN))  # later on the due date
    finished(form, due=due, done=datetime(2026, 10, 9, 0, 30, tzinfo=VN))  # 8 October in UTC
    finished(form, due=None, done=datetime(2026, 10, 20, 9, 0, tzinfo=VN))
    finished(form, due=due, done=datetime(2026, 11, 1, 0, 30, tzinfo=VN))  # another month

    month = month_figures(date(2026, 10, 1))

    assert (month.finished, month.on_time, month.submitted, month.online) == (3, 2, 4, 4)
    assert month.on_time_percent == pytest.approx(66.67, abs=0.01)


def test_percentages_are_none_without_dossiers(django_assert_num_queries) -> None:
    with django_assert_num_queries(4):
        month = month_figures(date(2026, 10, 1))
    assert (month.on_time_percent, month.online_percent) == (None, None)


def test_front_page_figures_as_text() -> None:
    form = make_desk_form(AgencyFactory())
    finished(form, due=datetime(2026, 10, 8, 9, 0, tzinfo=VN), done=datetime(2026, 10, 8, 10, 0, tzinfo=VN))
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=VN), tick=False):
        figures = {figure.label: figure.value for figure in figures_of_last_month()}
    assert figures["Hồ sơ đã giải quyết tháng 10/2026"] == "1"
    assert figures["Đúng và trước hạn"].startswith("100")


def counted_naively(dossiers: list[Dossier], first: date) -> tuple[int, int, int, int]:
    """Count the same figures dossier by dossier, with dates in Vietnam."""
    settled = on_time = filed = online = 0
    for dossier in dossiers:
        submitted = dossier.submitted_at.astimezone(VN).date()
        filed += submitted.replace(day=1) == first
        online += submitted.replace(day=1) == first and dossier.source in {"portal", "national"}
        if dossier.finished_at is None:
            continue
        done = dossier.finished_at.astimezone(VN).date()
        if done.replace(day=1) == first:
            settled += 1
            on_time += dossier.due_at is None or done <= dossier.due_at.astimezone(VN).date()
    return settled, on_time, filed, online


@pytest.mark.parametrize("seed", range(4))
def test_figures_equal_a_naive_count(seed: int) -> None:
    """Random times: sixty dossiers around the end of two months."""
    random = Random(seed)
    form = make_desk_form(AgencyFactory())
    around = [datetime(2026, 9, 30, 22, 0, tzinfo=VN), datetime(2026, 10, 31, 22, 0, tzinfo=VN)]

    def moment() -> datetime:
        return random.choice(around) + timedelta(minutes=random.randrange(0, 300))

    template = make_dossier(form=form, at=datetime(2026, 9, 1, 8, 0, tzinfo=VN))
    rows = []
    for number in range(60):
        done, due = random.choice([None, moment()]), random.choice([None, moment()])
        rows.append(
            Dossier(
                code=f"H12-261001-{number:04d}", agency=template.agency, form_version=form, version=1,
                procedure_version=template.procedure_version, status=9 if done else 4,
                source=random.choice(Dossier.Source.values), idempotency_key=f"k{number}", applicant_name="x",
                link_token_hash=f"h{number}", lookup_key_hash="s", secrets_issued_at=moment(), submitted_at=moment(),
                accepted_at=datetime(2026, 11, 2, 8, 0, tzinfo=VN), due_at=due, finished_at=done,
            )
        )  # fmt: skip
    Dossier.objects.bulk_create(rows)
    dossiers = list(Dossier.objects.all())
    for first in (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)):
        month = month_figures(first)
        found = (month.finished, month.on_time, month.submitted, month.online)
        assert found == counted_naively(dossiers, first)
