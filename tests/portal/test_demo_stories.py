"""The plans of the demo dossiers."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from core.worktime import TIME_ZONE, WorkCalendar
from forms_app.dossiers.transitions import TRANSITIONS, Guard, Status
from portal.demo import sources
from portal.demo.routes import ROUTES
from portal.demo.stories import Teller, legal_minutes

FORMS = {form["procedure"] for form in sources.read_folder("forms")}
RECORDS = [record for record in sources.read_folder("procedures") if record["core_code"] in FORMS]
MOMENTS = [
    datetime(2026, 11, 23, 9, 30, tzinfo=TIME_ZONE),  # a Monday morning
    datetime(2026, 11, 22, 3, 0, tzinfo=TIME_ZONE),  # a Sunday night
    datetime(2027, 2, 9, 16, 59, tzinfo=TIME_ZONE),  # before closing
]


def tell(now):
    teller = Teller(
        procedures=RECORDS,
        agencies={"ubnd-phuong-tan-thanh": 3, "ubnd-xa-dat-mui": 1},
        people=sources.people()["pool"],
        calendar=WorkCalendar(),
        now=now,
    )
    return teller.tell()


def walk(story):
    """Return the status at the end of a story, by the transition table; supplements come after acceptance."""
    status = Status.REGISTERED
    for act in story.acts:
        [status] = {
            row.target
            for row in TRANSITIONS
            if row.action == act.action and status in row.sources and Guard.NOT_ACCEPTED not in row.guards
        }
    return status


@pytest.mark.parametrize("now", MOMENTS)
def test_two_hundred_dossiers_in_all_ten_statuses(now):
    stories = tell(now)
    reached = Counter(walk(story) for story in stories)
    assert len(stories) == 200
    assert set(reached) == set(Status)
    planned: Counter[Status] = Counter()
    for route in ROUTES:
        planned[route.status] += route.number
    assert reached == planned


@pytest.mark.parametrize("now", MOMENTS)
def test_nothing_happens_in_the_future_or_out_of_order(now):
    for story in tell(now):
        moments = [story.filed_at, *(act.at for act in story.acts), now]
        assert moments == sorted(moments)


def test_the_dossiers_are_spread_over_the_last_year():
    now = MOMENTS[0]
    months = {(story.filed_at.year, story.filed_at.month) for story in tell(now)}
    assert len(months) >= 12
    assert min(story.filed_at for story in tell(now)) > now - timedelta(days=400)


def test_the_same_day_tells_the_same_stories():
    assert tell(MOMENTS[0]) == tell(MOMENTS[0])
    keys = [story.key for story in tell(MOMENTS[0])]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {story.key for story in tell(MOMENTS[2])}


def test_officers_act_in_office_hours():
    calendar = WorkCalendar()
    for story in tell(MOMENTS[0]):
        for act in story.acts:
            assert any(opens <= act.at <= closes for opens, closes in calendar.periods(act.at.date()))


@pytest.mark.parametrize(
    ("channels", "minutes"),
    [
        ([{"time_value": 3, "time_unit": "ngay_lam_viec"}], 1440),
        ([{"time_value": None, "time_unit": ""}, {"time_value": 2, "time_unit": "gio"}], 120),
        ([{"time_value": 7, "time_unit": "ngay"}], 2394),
        ([{"time_value": None, "time_unit": ""}], 480),
    ],
)
def test_legal_time_in_working_minutes(channels, minutes):
    assert legal_minutes({"channels": channels}) == minutes
