"""Demo dossiers are filed and processed through the services: actors, times, reasons, statuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

import pytest
from django.test import TestCase

from accounts.models import Agency, Membership
from core.worktime import TIME_ZONE, load_calendar
from demo import load, sources
from demo.load import IN_FORCE_FROM
from demo.organisation import IN_OFFICE_SINCE, load_agencies, load_people, staff
from demo.pages import load_front
from demo.plans import STATUS_PATHS, DossierPlan, PlannedAction, Planner
from demo.playback import (
    ANSWER_WITHIN,
    BUSIEST,
    BUSIEST_WEIGHT,
    NOTE,
    ActionPlayer,
    DossierFiler,
    _receiving,
    load_dossiers,
    sample_scan,
)
from forms_app.builder import applicant
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import CITIZEN, TRANSITIONS, Action, Status

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=TIME_ZONE)
SAMPLES = sources.read_file("samples")
FORMS = {form["procedure"]: form for form in sources.read_folder("forms")}
RECORDS = {record["core_code"]: record for record in sources.read_folder("procedures")}
FIRST = {row.status: row for row in reversed(STATUS_PATHS)}


def read_with_form(name):
    """Return the rows of a folder without procedures that have no form."""
    if name == "forms":
        return list(FORMS.values())
    kept = [RECORDS[code] for code in sorted(FORMS)]
    return [
        {**row, "related_codes": [code for code in row["related_codes"] if code in FORMS]} for row in kept
    ]


def roles_for(action):
    return {role for row in TRANSITIONS if row.action == action for role in row.roles}


# tests/demo/test_load.py plays all dossiers of the demo on both databases.
@pytest.mark.one_database
class PlayingTests(TestCase):
    """The demo without its dossiers is loaded once for all tests of the class."""

    @classmethod
    def setUpTestData(cls):
        cls.agencies = load_agencies()
        load_front()
        load_people(cls.agencies)
        # The import is tested elsewhere; procedures with a form are enough here.
        with patch.object(load, "read_folder", read_with_form):
            load.load_procedures()
            load.load_forms()

    def setUp(self):
        self.filer, self.player = DossierFiler(self.agencies, SAMPLES), ActionPlayer(SAMPLES)

    def plans(self):
        return Planner(
            procedures=[RECORDS[code] for code in sorted(FORMS)],
            agencies={BUSIEST: 1},
            people=sources.people()["pool"],
            calendar=load_calendar(),
            now=NOW,
        ).plans()

    def first_plan(self, row):
        """Return the first plan of a status path."""
        return next(plan for plan in self.plans() if plan.key == f"demo-{STATUS_PATHS.index(row):02d}-000")

    def played(self, plan):
        rng = Random(plan.key)
        dossier = self.filer.file(plan, rng)
        for act in plan.actions:
            dossier = self.player.play(dossier, act, plan.procedure, rng)
        return Dossier.objects.get(pk=dossier.pk)

    def filed(self, code, source="portal"):
        person = sources.people()["pool"][4]
        moment = NOW - timedelta(days=5)
        return self.filer.file(
            DossierPlan(f"thu-{code}", code, BUSIEST, moment, person, source, ()), Random(code)
        )

    def test_every_status_path_ends_in_its_status(self):
        for row in STATUS_PATHS:
            with self.subTest(status=row.status.name, actions=len(row.actions)):
                dossier = self.played(self.first_plan(row))
                assert dossier.status == row.status
                assert dossier.agency.slug == BUSIEST

    def test_events_have_the_planned_time_and_an_authorised_actor(self):
        for row in FIRST.values():
            plan = self.first_plan(row)
            events = list(self.played(plan).events.order_by("sequence"))
            assert [event.action for event in events][1:] == [act.action.value for act in plan.actions]
            assert [event.at for event in events] == [plan.filed_at, *(act.at for act in plan.actions)]
            for event in events[1:]:
                memberships = Membership.objects.filter(
                    user=event.actor, agency__slug=BUSIEST, role__in=roles_for(event.action)
                )
                by_citizen = CITIZEN in roles_for(event.action) and event.actor is None
                assert by_citizen or memberships.exists(), event.action

    def test_reasons_belong_to_the_procedure(self):
        for action, row in (
            (Action.DECLINE, FIRST[Status.DECLINED]),
            (Action.WITHDRAW, FIRST[Status.WITHDRAWN]),
        ):
            plan = self.first_plan(row)
            event = self.played(plan).events.get(action=action)
            reasons = SAMPLES["reasons"][action.value]
            assert event.note in reasons.get(plan.procedure, reasons["else"])

    def test_every_form_can_be_filed_and_has_its_own_supplement(self):
        for code in FORMS:
            with self.subTest(code=code):
                dossier = self.filed(code)
                rng = Random(code)
                for action, hours in (
                    (Action.ACCEPT, 1),
                    (Action.PROCESS, 2),
                    (Action.REQUEST_SUPPLEMENT, 3),
                ):
                    act = PlannedAction(action, dossier.submitted_at + timedelta(hours=hours))
                    dossier = self.player.play(dossier, act, code, rng)
                request = dossier.supplement_requests.get()
                required = SAMPLES["supplements"][code]
                assert (request.reason, request.items) == (required["reason"], required["items"])
                asked = dossier.submitted_at + timedelta(hours=3)
                last_day = (asked + ANSWER_WITHIN).astimezone(TIME_ZONE).date()
                assert request.supplement_due_at.astimezone(TIME_ZONE).date() == last_day
                act = PlannedAction(Action.SUPPLY, asked + timedelta(hours=9))
                dossier = self.player.play(dossier, act, code, rng)
                assert dossier.status == Status.PROCESSING
                request.refresh_from_db()
                texts = {item["id"] for item in required["items"] if item["kind"] == "text"}
                assert set(request.answers) == texts
                assert all(request.answers.values())

    def test_required_files_are_attached_and_marked_as_samples(self):
        for code, form in FORMS.items():
            dossier = self.filed(code)
            required = {
                field["id"]
                for step in form["steps"]
                for field in step["fields"]
                if field["type"] == "file" and field["required"]
            }
            assert set(dossier.attachments.values_list("field_id", flat=True)) == required

    def test_dossier_has_the_versions_in_force_and_its_source(self):
        for source in ("portal", "counter", "post"):
            dossier = self.filed("1.004873", source)
            assert Dossier.objects.get(pk=dossier.pk).source == source
            assert dossier.procedure_version.procedure.core_code == "1.004873"
            assert dossier.procedure_version.valid_from == IN_FORCE_FROM
            assert dossier.form_version.number == 1
            assert dossier.applicant_name == "Nguyễn Trọng Nghĩa"

    def test_answers_belong_to_fields_of_the_form(self):
        dossier = self.filed("1.001193")
        schema = FormSchema.from_json(dossier.form_version.schema)
        assert next(step.id for step in schema.steps) == applicant.STEP
        assert set(dossier.answers) <= set(schema.fields)

    def test_plan_before_the_procedure_was_in_force_raises_an_error(self):
        person = sources.people()["pool"][0]
        early = datetime(2025, 6, 30, 9, 0, tzinfo=TIME_ZONE)
        with pytest.raises(LookupError, match=r"1\.004873 was not in force on 30/06/2025"):
            self.filer.file(DossierPlan("som", "1.004873", BUSIEST, early, person, "portal", ()), Random(1))

    def test_agency_without_a_commune_receives_no_dossiers(self):
        person = sources.people()["pool"][0]
        with pytest.raises(LookupError, match="belongs to no commune"):
            self.filer.file(DossierPlan("so", "1.004873", "so-tu-phap", NOW, person, "portal", ()), Random(1))

    def test_staff_are_current_members_ordered_by_username(self):
        agency = self.agencies[BUSIEST]
        found = staff(agency, {Membership.Role.RECEIVER, Membership.Role.HEAD})
        assert [user.username for user in found] == sorted(user.username for user in found)
        assert {"tiep-nhan", "lanh-dao"} <= {user.username for user in found}
        assert not staff(agency, {Membership.Role.EDITOR})
        membership = Membership.objects.get(user__username="tiep-nhan", agency=agency)
        membership.valid_to = NOW.date()
        membership.save()
        assert "tiep-nhan" not in {user.username for user in staff(agency, {Membership.Role.RECEIVER})}

    def test_memberships_start_with_the_two_tier_administration(self):
        assert set(Membership.objects.values_list("valid_from", flat=True)) == {IN_OFFICE_SINCE}

    def test_communes_with_staff_receive_dossiers_and_the_busiest_most(self):
        shares = _receiving(self.agencies)
        assert shares[BUSIEST] == BUSIEST_WEIGHT == max(shares.values())
        assert all(self.agencies[slug].kind == Agency.Kind.COMMUNE for slug in shares)
        assert len(shares) > 1

    def test_no_dossiers_are_loaded_if_some_exist(self):
        self.filed("1.004873")
        assert load_dossiers(self.agencies) == 0
        assert Dossier.objects.count() == 1


def test_sample_scan_is_a_small_pdf_named_after_the_document():
    scan = sample_scan("Giấy chứng sinh, bản chụp cả hai mặt và trang bổ sung dài")
    content = scan.read()
    assert scan.name.endswith(".pdf")
    assert len(scan.name) <= 44
    assert scan.name.startswith("giay-chung-sinh")
    assert content.startswith(b"%PDF")
    assert len(content) < 40_000
    assert "không phải giấy tờ thật" in NOTE


def test_sample_scan_is_cached_and_can_be_read_again():
    first, second = sample_scan("Trích lục khai tử"), sample_scan("Trích lục khai tử")
    assert first.read() == second.read() != b""
    assert sample_scan("Giấy khác").read() != b""
