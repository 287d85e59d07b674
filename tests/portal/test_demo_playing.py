"""Dossiers of the demo filed and handled one by one: who did it, when, why, and where the dossier stands then."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

import pytest
from django.test import TestCase

from accounts.models import Agency, Membership
from core.worktime import TIME_ZONE, load_calendar
from forms_app.builder import applicant
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import CITIZEN, TRANSITIONS, Action, Status
from portal.demo import procedures, sources
from portal.demo.acting import ANSWER_WITHIN, Players
from portal.demo.agencies import load_agencies
from portal.demo.dossiers import BUSIEST, BUSIEST_SHARE, _receiving, load_dossiers
from portal.demo.filing import Filer
from portal.demo.paper import NOTE, scanned
from portal.demo.people import IN_OFFICE_SINCE, load_people, staff
from portal.demo.procedures import IN_FORCE_FROM
from portal.demo.routes import ROUTES
from portal.demo.site import load_front
from portal.demo.stories import Act, Story, Teller

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=TIME_ZONE)
SAMPLES = sources.read("samples")
FORMS = {form["procedure"]: form for form in sources.read_folder("forms")}
RECORDS = {record["core_code"]: record for record in sources.read_folder("procedures")}
FIRST = {row.status: row for row in reversed(ROUTES)}


def read_with_form(name):
    """The files of a folder, procedures without a form left out."""
    if name == "forms":
        return list(FORMS.values())
    kept = [RECORDS[code] for code in sorted(FORMS)]
    return [
        {**row, "related_codes": [code for code in row["related_codes"] if code in FORMS]} for row in kept
    ]


def roles_for(action):
    return {role for row in TRANSITIONS if row.action == action for role in row.roles}


class PlayingTests(TestCase):
    """The province without its dossiers, loaded once."""

    @classmethod
    def setUpTestData(cls):
        cls.agencies = load_agencies()
        load_front()
        load_people(cls.agencies)
        # The importer has tests of its own; here the procedures with a form are enough.
        with patch.object(procedures, "read_folder", read_with_form):
            procedures.load_procedures()
            procedures.load_forms()

    def setUp(self):
        self.filer, self.players = Filer(self.agencies, SAMPLES), Players(SAMPLES)

    def stories(self):
        return Teller(
            procedures=[RECORDS[code] for code in sorted(FORMS)],
            agencies={BUSIEST: 1},
            people=sources.people()["pool"],
            calendar=load_calendar(),
            now=NOW,
        ).tell()

    def one(self, row):
        """The first story of a route."""
        return next(story for story in self.stories() if story.key == f"demo-{ROUTES.index(row):02d}-000")

    def played(self, story):
        chance = Random(story.key)
        dossier = self.filer.file(story, chance)
        for act in story.acts:
            dossier = self.players.play(dossier, act, story.procedure, chance)
        return Dossier.objects.get(pk=dossier.pk)

    def filed(self, code, source="portal"):
        person = sources.people()["pool"][4]
        moment = NOW - timedelta(days=5)
        return self.filer.file(Story(f"thu-{code}", code, BUSIEST, moment, person, source, ()), Random(code))

    def test_every_route_ends_where_it_says(self):
        for row in ROUTES:
            with self.subTest(status=row.status.name, acts=len(row.acts)):
                dossier = self.played(self.one(row))
                assert dossier.status == row.status
                assert dossier.agency.slug == BUSIEST

    def test_each_act_is_kept_at_its_moment_and_by_somebody_who_may(self):
        for row in FIRST.values():
            story = self.one(row)
            events = list(self.played(story).events.order_by("sequence"))
            assert [event.action for event in events][1:] == [act.action.value for act in story.acts]
            assert [event.at for event in events] == [story.filed_at, *(act.at for act in story.acts)]
            for event in events[1:]:
                held = Membership.objects.filter(
                    user=event.actor, agency__slug=BUSIEST, role__in=roles_for(event.action)
                )
                by_citizen = CITIZEN in roles_for(event.action) and event.actor is None
                assert by_citizen or held.exists(), event.action

    def test_reasons_are_those_of_the_procedure(self):
        for action, row in (
            (Action.REFUSE, FIRST[Status.REFUSED]),
            (Action.WITHDRAW, FIRST[Status.WITHDRAWN]),
        ):
            story = self.one(row)
            event = self.played(story).events.get(action=action)
            reasons = SAMPLES["reasons"][action.value]
            assert event.note in reasons.get(story.procedure, reasons["else"])

    def test_every_form_can_be_filed_and_asks_its_own_supplement(self):
        for code in FORMS:
            with self.subTest(code=code):
                dossier = self.filed(code)
                chance = Random(code)
                for action, hours in (
                    (Action.ACCEPT, 1),
                    (Action.PROCESS, 2),
                    (Action.REQUEST_SUPPLEMENT, 3),
                ):
                    act = Act(action, dossier.submitted_at + timedelta(hours=hours))
                    dossier = self.players.play(dossier, act, code, chance)
                request = dossier.supplement_requests.get()
                wanted = SAMPLES["supplements"][code]
                assert (request.reason, request.items) == (wanted["reason"], wanted["items"])
                asked = dossier.submitted_at + timedelta(hours=3)
                last_day = (asked + ANSWER_WITHIN).astimezone(TIME_ZONE).date()
                assert request.citizen_deadline.astimezone(TIME_ZONE).date() == last_day
                act = Act(Action.SUPPLY, asked + timedelta(hours=9))
                dossier = self.players.play(dossier, act, code, chance)
                assert dossier.status == Status.PROCESSING
                request.refresh_from_db()
                texts = {item["id"] for item in wanted["items"] if item["kind"] == "text"}
                assert set(request.answers) == texts
                assert all(request.answers.values())

    def test_required_files_are_there_and_say_that_they_are_no_papers(self):
        for code, form in FORMS.items():
            dossier = self.filed(code)
            wanted = {
                field["id"]
                for step in form["steps"]
                for field in step["fields"]
                if field["type"] == "file" and field["required"]
            }
            assert set(dossier.attachments.values_list("field_id", flat=True)) == wanted

    def test_a_dossier_keeps_the_versions_that_were_in_force_and_its_source(self):
        for source in ("portal", "counter", "post"):
            dossier = self.filed("1.004873", source)
            assert Dossier.objects.get(pk=dossier.pk).source == source
            assert dossier.procedure_version.procedure.core_code == "1.004873"
            assert dossier.procedure_version.valid_from == IN_FORCE_FROM
            assert dossier.form_version.number == 1
            assert dossier.applicant_name == "Nguyễn Trọng Nghĩa"

    def test_the_answers_are_kept_in_the_order_of_the_form(self):
        dossier = self.filed("1.001193")
        schema = FormSchema.from_json(dossier.form_version.schema)
        assert next(step.id for step in schema.steps) == applicant.STEP
        assert set(dossier.answers) <= set(schema.fields)

    def test_a_procedure_that_was_not_in_force_is_no_story(self):
        person = sources.people()["pool"][0]
        early = datetime(2025, 6, 30, 9, 0, tzinfo=TIME_ZONE)
        with pytest.raises(LookupError, match=r"1\.004873 was not in force on 30/06/2025"):
            self.filer.file(Story("som", "1.004873", BUSIEST, early, person, "portal", ()), Random(1))

    def test_an_agency_without_a_commune_receives_nothing(self):
        person = sources.people()["pool"][0]
        with pytest.raises(LookupError, match="lies in no commune"):
            self.filer.file(Story("so", "1.004873", "so-tu-phap", NOW, person, "portal", ()), Random(1))

    def test_staff_are_those_in_office_by_user_name(self):
        agency = self.agencies[BUSIEST]
        found = staff(agency, {Membership.Role.RECEPTION, Membership.Role.LEADER})
        assert [user.username for user in found] == sorted(user.username for user in found)
        assert {"tiep-nhan", "lanh-dao"} <= {user.username for user in found}
        assert not staff(agency, {Membership.Role.EDITOR})
        membership = Membership.objects.get(user__username="tiep-nhan", agency=agency)
        membership.valid_to = NOW.date()
        membership.save()
        assert "tiep-nhan" not in {user.username for user in staff(agency, {Membership.Role.RECEPTION})}

    def test_everybody_has_been_in_office_since_the_two_tier_province(self):
        assert set(Membership.objects.values_list("valid_from", flat=True)) == {IN_OFFICE_SINCE}

    def test_communes_with_staff_receive_and_the_busiest_most(self):
        shares = _receiving(self.agencies)
        assert shares[BUSIEST] == BUSIEST_SHARE == max(shares.values())
        assert all(self.agencies[slug].kind == Agency.Kind.COMMUNE for slug in shares)
        assert len(shares) > 1

    def test_nothing_is_filed_into_a_register_that_is_in_use(self):
        self.filed("1.004873")
        assert load_dossiers(self.agencies) == 0
        assert Dossier.objects.count() == 1


def test_a_stand_in_for_a_paper_is_a_small_pdf_named_after_it():
    paper = scanned("Giấy chứng sinh, bản chụp cả hai mặt và trang bổ sung dài")
    content = paper.read()
    assert paper.name.endswith(".pdf")
    assert len(paper.name) <= 44
    assert paper.name.startswith("giay-chung-sinh")
    assert content.startswith(b"%PDF")
    assert len(content) < 40_000
    assert "không phải giấy tờ thật" in NOTE


def test_the_same_paper_is_drawn_once_and_read_anew():
    first, second = scanned("Trích lục khai tử"), scanned("Trích lục khai tử")
    assert first.read() == second.read() != b""
    assert scanned("Giấy khác").read() != b""
