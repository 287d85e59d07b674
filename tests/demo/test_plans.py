"""Plans of the demo dossiers."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from core.worktime import TIME_ZONE, WorkCalendar
from demo import sources
from demo.plans import (
    AT_COUNTER,
    CITIZEN_ACTIONS,
    ONLINE_HOURS,
    SLOW_FROM_MINUTES,
    STATUS_PATHS,
    Planner,
    has_fee,
    legal_minutes,
)
from forms_app.dossiers.transitions import TRANSITIONS, Action, Guard, Status

FORMS = {form["procedure"] for form in sources.read_folder("forms")}
RECORDS = [record for record in sources.read_folder("procedures") if record["core_code"] in FORMS]
MOMENTS = [
    datetime(2026, 11, 23, 9, 30, tzinfo=TIME_ZONE),  # Monday morning
    datetime(2026, 11, 22, 3, 0, tzinfo=TIME_ZONE),  # Sunday night
    datetime(2027, 2, 9, 16, 59, tzinfo=TIME_ZONE),  # before closing
]


TET = frozenset(date(2026, 2, 14) + timedelta(days=n) for n in range(9))
CALENDAR = WorkCalendar(days_off=TET | {date(2026, 9, 2)}, makeup=frozenset({date(2026, 8, 22)}))


def plans_at(now, calendar=CALENDAR):
    planner = Planner(
        procedures=RECORDS,
        agencies={"ubnd-phuong-tan-thanh": 3, "ubnd-xa-dat-mui": 1},
        people=sources.people()["pool"],
        calendar=calendar,
        now=now,
    )
    return planner.plans()


def in_office(moment):
    return any(opens <= moment <= closes for opens, closes in CALENDAR.periods(CALENDAR.local(moment).date()))


def final_status(plan):
    """Return the status at the end of a plan, by the transition table; supplements come after acceptance."""
    status = Status.REGISTERED
    for act in plan.actions:
        [status] = {
            row.target
            for row in TRANSITIONS
            if row.action == act.action and status in row.sources and Guard.NOT_ACCEPTED not in row.guards
        }
    return status


@pytest.mark.parametrize("now", MOMENTS)
def test_200_dossiers_reach_all_ten_statuses(now):
    plans = plans_at(now)
    reached = Counter(final_status(plan) for plan in plans)
    assert len(plans) == 200
    assert set(reached) == set(Status)
    planned: Counter[Status] = Counter()
    for path in STATUS_PATHS:
        planned[path.status] += path.number
    assert reached == planned


@pytest.mark.parametrize("now", MOMENTS)
def test_actions_are_in_order_and_in_the_past(now):
    for plan in plans_at(now):
        moments = [plan.filed_at, *(act.at for act in plan.actions), now]
        assert moments == sorted(moments)


def test_dossiers_are_spread_over_the_last_year():
    now = MOMENTS[0]
    months = {(plan.filed_at.year, plan.filed_at.month) for plan in plans_at(now)}
    assert len(months) >= 12
    assert min(plan.filed_at for plan in plans_at(now)) > now - timedelta(days=400)


def test_plans_are_deterministic():
    assert plans_at(MOMENTS[0]) == plans_at(MOMENTS[0])
    keys = [plan.key for plan in plans_at(MOMENTS[0])]
    assert len(set(keys)) == len(keys)
    assert set(keys) == {plan.key for plan in plans_at(MOMENTS[2])}


@pytest.mark.parametrize("now", MOMENTS)
def test_officers_act_in_office_hours(now):
    for plan in plans_at(now):
        for act in plan.actions:
            assert act.action in CITIZEN_ACTIONS or in_office(act.at), plan


@pytest.mark.parametrize("now", MOMENTS)
def test_citizens_act_in_the_evening(now):
    opens, closes, _weight = ONLINE_HOURS[-1]
    actions = [act for plan in plans_at(now) for act in plan.actions if act.action in CITIZEN_ACTIONS]
    assert {act.action for act in actions} == CITIZEN_ACTIONS
    assert all(opens <= CALENDAR.local(act.at).time() <= closes for act in actions)


@pytest.mark.parametrize("now", MOMENTS)
def test_dossiers_by_counter_or_post_arrive_in_office_hours(now):
    delivered = [plan for plan in plans_at(now) if plan.source != "portal"]
    assert {plan.source for plan in delivered} == {"counter", "post"}
    assert all(in_office(plan.filed_at) for plan in delivered)


def test_online_dossiers_are_filed_mostly_in_the_evening_on_every_weekday():
    moments = [CALENDAR.local(plan.filed_at) for plan in plans_at(MOMENTS[0]) if plan.source == "portal"]
    evening = [moment for moment in moments if moment.time() >= time(18, 30)]
    assert len(evening) > len(moments) / 3
    assert {moment.weekday() for moment in moments} == set(range(7))
    assert not [moment for moment in moments if time(0, 0) <= moment.time() < time(5, 0)]


def test_unaccepted_dossiers_were_filed_online():
    waiting = [plan for plan in plans_at(MOMENTS[0]) if not plan.actions]
    assert waiting
    assert {plan.source for plan in waiting} == {"portal"}


def test_dossier_by_counter_is_accepted_within_minutes():
    accepted = [
        (plan.filed_at, plan.actions[0].at)
        for plan in plans_at(MOMENTS[0])
        if plan.source == "counter" and plan.actions[0].action == Action.ACCEPT
    ]
    assert accepted
    for filed_at, at in accepted:
        closing = [closes for _opens, closes in CALENDAR.periods(CALENDAR.local(filed_at).date())]
        assert at - filed_at <= timedelta(minutes=AT_COUNTER[1]) or any(
            closes - filed_at < timedelta(minutes=AT_COUNTER[1]) for closes in closing
        )


def test_payment_is_required_only_for_procedures_with_a_fee():
    by_code = {record["core_code"]: record for record in RECORDS}
    paying = [
        by_code[plan.procedure]
        for plan in plans_at(MOMENTS[0])
        if any(act.action == Action.REQUIRE_PAYMENT for act in plan.actions)
    ]
    assert paying
    assert all(has_fee(record) and legal_minutes(record) >= SLOW_FROM_MINUTES for record in paying)


@pytest.mark.parametrize(
    ("amounts", "paid"),
    [([], False), ([0], False), ([0, 0], False), ([None], True), ([0, 8000], True)],
)
def test_procedure_has_a_fee_unless_all_amounts_are_zero(amounts, paid):
    fees = [{"amount": amount} for amount in amounts]
    assert has_fee({"channels": [{"fees": []}, {"fees": fees}]}) is paid


def test_applicants_file_at_most_twice():
    people = Counter(
        f"{plan.applicant['family']} {plan.applicant['middle_given']}" for plan in plans_at(MOMENTS[0])
    )
    assert max(people.values()) == 2
    assert len(people) == len(sources.people()["pool"])


def test_officers_do_not_act_on_days_off():
    for plan in plans_at(MOMENTS[0]):
        for act in plan.actions:
            day = CALENDAR.local(act.at).date()
            assert act.action in CITIZEN_ACTIONS or day not in CALENDAR.days_off


def test_every_agency_and_every_procedure_with_a_form_gets_dossiers():
    plans = plans_at(MOMENTS[0])
    assert {plan.procedure for plan in plans} == FORMS
    shares = Counter(plan.agency for plan in plans)
    assert shares["ubnd-phuong-tan-thanh"] > shares["ubnd-xa-dat-mui"] > 0


@pytest.mark.parametrize("path", STATUS_PATHS, ids=lambda path: f"{path.status.name}-{path.number}")
def test_status_path_has_valid_bounds(path):
    assert path.number > 0
    assert 0 <= path.age[0] <= path.age[1] <= 365
    for _action, (low, high) in path.actions:
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
def test_legal_minutes_converts_processing_times(channels, minutes):
    assert legal_minutes({"channels": channels}) == minutes
