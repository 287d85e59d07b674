"""The plans of the demo dossiers."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from core.worktime import TIME_ZONE, WorkCalendar
from forms_app.dossiers.transitions import TRANSITIONS, Action, Guard, Status
from portal.demo import sources
from portal.demo.routes import AT_ONCE, ROUTES
from portal.demo.stories import AT_HOME, BY_CITIZENS, UNHURRIED_FROM, Teller, costs, legal_minutes

FORMS = {form["procedure"] for form in sources.read_folder("forms")}
RECORDS = [record for record in sources.read_folder("procedures") if record["core_code"] in FORMS]
MOMENTS = [
    datetime(2026, 11, 23, 9, 30, tzinfo=TIME_ZONE),  # a Monday morning
    datetime(2026, 11, 22, 3, 0, tzinfo=TIME_ZONE),  # a Sunday night
    datetime(2027, 2, 9, 16, 59, tzinfo=TIME_ZONE),  # before closing
]


TET = frozenset(date(2026, 2, 14) + timedelta(days=n) for n in range(9))
CALENDAR = WorkCalendar(days_off=TET | {date(2026, 9, 2)}, makeup=frozenset({date(2026, 8, 22)}))


def tell(now, calendar=CALENDAR):
    teller = Teller(
        procedures=RECORDS,
        agencies={"ubnd-phuong-tan-thanh": 3, "ubnd-xa-dat-mui": 1},
        people=sources.people()["pool"],
        calendar=calendar,
        now=now,
    )
    return teller.tell()


def in_office(moment):
    return any(opens <= moment <= closes for opens, closes in CALENDAR.periods(CALENDAR.local(moment).date()))


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


@pytest.mark.parametrize("now", MOMENTS)
def test_officers_act_in_office_hours(now):
    for story in tell(now):
        for act in story.acts:
            assert act.action in BY_CITIZENS or in_office(act.at), story


@pytest.mark.parametrize("now", MOMENTS)
def test_citizens_answer_and_withdraw_after_work(now):
    opens, closes, _weight = AT_HOME[-1]
    acts = [act for story in tell(now) for act in story.acts if act.action in BY_CITIZENS]
    assert {act.action for act in acts} == BY_CITIZENS
    assert all(opens <= CALENDAR.local(act.at).time() <= closes for act in acts)


@pytest.mark.parametrize("now", MOMENTS)
def test_the_counter_and_the_post_office_take_dossiers_in_office_hours_only(now):
    brought = [story for story in tell(now) if story.source != "portal"]
    assert {story.source for story in brought} == {"counter", "post"}
    assert all(in_office(story.filed_at) for story in brought)


def test_people_file_from_home_most_of_all_in_the_evening_and_at_any_day_of_the_week():
    sent = [CALENDAR.local(story.filed_at) for story in tell(MOMENTS[0]) if story.source == "portal"]
    evening = [moment for moment in sent if moment.time() >= time(18, 30)]
    assert len(evening) > len(sent) / 3
    assert {moment.weekday() for moment in sent} == set(range(7))
    assert not [moment for moment in sent if time(0, 0) <= moment.time() < time(5, 0)]


def test_what_waits_for_reception_came_from_home():
    waiting = [story for story in tell(MOMENTS[0]) if not story.acts]
    assert waiting
    assert {story.source for story in waiting} == {"portal"}


def test_over_the_counter_a_dossier_is_accepted_while_the_person_waits():
    accepted = [
        (story.filed_at, story.acts[0].at)
        for story in tell(MOMENTS[0])
        if story.source == "counter" and story.acts[0].action == Action.ACCEPT
    ]
    assert accepted
    for filed_at, at in accepted:
        closing = [closes for _opens, closes in CALENDAR.periods(CALENDAR.local(filed_at).date())]
        assert at - filed_at <= timedelta(minutes=AT_ONCE[1]) or any(
            closes - filed_at < timedelta(minutes=AT_ONCE[1]) for closes in closing
        )


def test_a_payment_is_asked_only_where_something_is_to_be_paid():
    by_code = {record["core_code"]: record for record in RECORDS}
    asked = [
        by_code[story.procedure]
        for story in tell(MOMENTS[0])
        if any(act.action == Action.REQUIRE_PAYMENT for act in story.acts)
    ]
    assert asked
    assert all(costs(record) and legal_minutes(record) >= UNHURRIED_FROM for record in asked)


@pytest.mark.parametrize(
    ("amounts", "paid"),
    [([], False), ([0], False), ([0, 0], False), ([None], True), ([0, 8000], True)],
)
def test_a_procedure_costs_something_unless_every_fee_is_nought(amounts, paid):
    fees = [{"amount": amount} for amount in amounts]
    assert costs({"channels": [{"fees": []}, {"fees": fees}]}) is paid


def test_nobody_files_three_times_and_most_people_once():
    people = Counter(
        f"{story.applicant['family']} {story.applicant['middle_given']}" for story in tell(MOMENTS[0])
    )
    assert max(people.values()) == 2
    assert len(people) == len(sources.people()["pool"])


def test_nothing_is_worked_on_a_day_off():
    for story in tell(MOMENTS[0]):
        for act in story.acts:
            day = CALENDAR.local(act.at).date()
            assert act.action in BY_CITIZENS or day not in CALENDAR.days_off


def test_every_agency_and_every_procedure_with_a_form_gets_dossiers():
    stories = tell(MOMENTS[0])
    assert {story.procedure for story in stories} == FORMS
    shares = Counter(story.agency for story in stories)
    assert shares["ubnd-phuong-tan-thanh"] > shares["ubnd-xa-dat-mui"] > 0


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.status.name}-{route.number}")
def test_a_route_is_drawn_between_sensible_bounds(route):
    assert route.number > 0
    assert 0 <= route.age[0] <= route.age[1] <= 365
    for _action, (low, high) in route.acts:
        assert 0 < low < high
        assert type(low) is type(high)


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
