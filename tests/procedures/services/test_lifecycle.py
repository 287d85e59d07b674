"""Procedures are created and ended under a decision on a day, by their controllers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from wagtail.models import ModelLogEntry

from accounts.models import Agency, Membership, User
from accounts.services import grant
from core.errors import Conflict, InvalidInput, NotAllowed
from core.models import OutboxMessage
from core.outbox import deliver_due
from forms_app.dossiers.selectors.filing import filing_offer
from procedures.choices import Status
from procedures.models import Procedure, ProcedureEnding, ProcedurePage
from procedures.selectors import live_pages, pages_below, procedures_for_agency, version_in_force
from procedures.services import lifecycle
from procedures.services.versions import publish, record_version
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import make_form, make_version
from tests.procedures.factories import make_agency, make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db
Kind = ProcedureEnding.Kind
TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)


def controller(agency: Agency) -> User:
    user = UserFactory()
    grant(user=user, agency=agency, role=Membership.Role.CONTROLLER)
    return User.objects.get(pk=user.pk)


def published(**values: Any) -> Procedure:
    page = make_page(**values)
    publish(page=page, decision=make_decision(), valid_from=dt.date(2025, 7, 1))
    return page.procedure


def end(procedure: Procedure, **values: Any) -> ProcedureEnding:
    facts = {"kind": Kind.ABOLISHED, "decision": make_decision(), "day": TODAY, **values}
    return lifecycle.end_procedure(procedure=procedure, **facts)


def fresh(procedure: Procedure) -> Procedure:
    return Procedure.objects.get(pk=procedure.pk)


class TestCreate:
    def create(self, **values: Any) -> ProcedurePage:
        facts = {
            "code": "1.009001.H12", "title": "Cấp giấy phép thử", "section": make_section(),
            "decision": make_decision(), "day": TODAY,
        }  # fmt: skip
        return lifecycle.create_procedure(**{**facts, **values})

    def test_the_page_stays_unpublished_until_it_has_a_decision_and_day(self):
        section, decision = make_section(), make_decision()
        page = self.create(section=section, decision=decision, day=TODAY + 9 * DAY)
        assert (page.procedure.core_code, page.procedure.code) == ("1.009001", "1.009001.H12")
        assert (page.decision, page.effective_from) == (decision, TODAY + 9 * DAY)
        assert page.get_parent().pk == section.pk
        assert not page.live
        assert page.get_latest_revision_as_object().decision == decision
        version = publish(page=page, decision=page.decision, valid_from=page.effective_from)
        assert (version.number, version.valid_from, version.decision) == (1, TODAY + 9 * DAY, decision)

    @pytest.mark.parametrize("code", ["", "1.9", "hộ tịch", "1.009001.H12x"])
    def test_wrong_code_is_reported_at_its_field(self, code):
        with pytest.raises(InvalidInput) as caught:
            self.create(code=code)
        assert set(caught.value.fields) == {"core_code"}
        assert not Procedure.objects.exists()

    def test_used_code_and_missing_name_are_reported_at_their_fields(self):
        make_procedure(core_code="1.009001")
        with pytest.raises(InvalidInput) as caught:
            self.create(title=" ")
        assert set(caught.value.fields) == {"core_code", "title"}

    @pytest.mark.parametrize(("signed", "is_allowed"), [(TODAY + DAY, False), (TODAY, True), (None, True)])
    def test_no_procedure_applies_before_its_decision_was_signed(self, signed, is_allowed):
        decision = make_decision(number="9/QĐ-UBND", date=signed)
        if is_allowed:
            assert self.create(decision=decision).effective_from == TODAY
            return
        with pytest.raises(InvalidInput) as caught:
            self.create(decision=decision)
        assert "9/QĐ-UBND ký ngày 03/03/2026" in caught.value.fields["day"]
        assert not Procedure.objects.exists()

    def test_long_name_is_kept_in_full(self):
        name = "Cấp giấy phép " + "rất dài " * 60
        page = self.create(title=name)
        assert page.name == page.procedure.title == name.strip()
        assert len(page.title) <= 255

    def test_controllers_create_only_in_their_own_sections(self):
        mine, theirs = make_section(), make_section()
        with pytest.raises(NotAllowed):
            self.create(section=theirs, by=controller(mine.agency))
        assert self.create(section=mine, by=controller(mine.agency)).owner is not None
        province = controller(make_agency(kind=Agency.Kind.PROVINCE))
        assert self.create(section=theirs, by=province, code="1.009002").pk

    def test_other_roles_create_nothing(self):
        section, editor = make_section(), UserFactory()
        grant(user=editor, agency=section.agency, role=Membership.Role.EDITOR)
        with pytest.raises(NotAllowed):
            self.create(section=section, by=editor)


class TestEnd:
    def test_takes_effect_at_once_on_a_day_not_in_the_future(self):
        procedure, decision = published(), make_decision()
        ending = end(procedure, decision=decision, day=TODAY)
        assert fresh(procedure).status == Status.ABOLISHED
        assert fresh(procedure).ended
        version = procedure.versions.get()
        assert version.valid_to == TODAY - DAY
        assert version_in_force(procedure) is None
        assert ending.decision == decision

    def test_future_day_changes_nothing_before_it_comes(self, time_machine):
        procedure = published()
        end(procedure, day=TODAY + 3 * DAY)
        assert not fresh(procedure).ended
        assert procedure.versions.get().valid_to is None
        time_machine.move_to("2026-03-04 23:59 +0700", tick=False)
        deliver_due()
        assert not fresh(procedure).ended
        assert fresh(procedure).status == Status.PUBLIC
        time_machine.move_to("2026-03-05 00:01 +0700", tick=False)
        deliver_due()
        assert fresh(procedure).status == Status.ABOLISHED
        assert procedure.versions.get().valid_to == dt.date(2026, 3, 4)

    def test_depends_on_the_date_even_while_the_outbox_is_idle(self, time_machine):
        form = make_form(make_version(), make_agency())
        procedure = form.definition.procedure
        page, agency = make_page(procedure=procedure), procedure.assignments.get().agency
        catalogue = page.get_parent().get_parent()
        end(procedure, day=TODAY + DAY)
        assert filing_offer(procedure.core_code)
        assert list(procedures_for_agency(agency)) == [procedure]
        assert page in pages_below(catalogue)
        time_machine.move_to("2026-03-03 00:00 +0700", tick=False)
        assert fresh(procedure).ended
        assert fresh(procedure).status == Status.PUBLIC
        assert filing_offer(procedure.core_code) is None
        assert not procedures_for_agency(agency).exists()
        assert page not in pages_below(catalogue)
        assert page in live_pages(), "readable, and found by its code"

    def test_message_that_arrives_early_or_twice_does_no_harm(self):
        procedure = published()
        assert not lifecycle.apply_ending(procedure_id=procedure.pk)
        end(procedure, day=TODAY + DAY)
        assert not lifecycle.apply_ending(procedure_id=procedure.pk)
        assert fresh(procedure).status == Status.PUBLIC
        other = published()
        end(other)
        assert lifecycle.apply_ending(procedure_id=other.pk)
        assert other.versions.get().valid_to == TODAY - DAY

    def test_waiting_version_never_comes_into_force(self):
        page = make_page()
        publish(page=page, decision=make_decision(), valid_from=dt.date(2025, 7, 1))
        page.summary = "Sửa"
        publish(page=page, decision=make_decision(), valid_from=TODAY + 9 * DAY)
        end(page.procedure, day=TODAY)
        waiting = page.procedure.versions.get(number=2)
        assert waiting.never_in_force
        assert version_in_force(page.procedure, on=TODAY + 9 * DAY) is None

    def test_replaced_procedure_names_its_successor(self):
        procedure, successor = published(), published()
        end(procedure, kind=Kind.REPLACED, successor=successor)
        assert fresh(procedure).status == Status.REPLACED
        assert fresh(procedure).replaced_by == successor

    @pytest.mark.parametrize("kind", [Kind.ABOLISHED, Kind.IN_ERROR])
    def test_other_kinds_have_no_successor(self, kind):
        with pytest.raises(InvalidInput) as caught:
            end(published(), kind=kind, successor=published())
        assert set(caught.value.fields) == {"successor"}

    def test_successor_is_neither_missing_nor_itself_nor_ended(self):
        procedure, ended = published(), published()
        end(ended)
        for successor in (None, procedure, ended):
            with pytest.raises(InvalidInput) as caught:
                end(procedure, kind=Kind.REPLACED, successor=successor)
            assert set(caught.value.fields) == {"successor"}
        assert not ProcedureEnding.objects.filter(procedure=procedure).exists()

    def test_unknown_kind_is_rejected(self):
        with pytest.raises(InvalidInput):
            end(published(), kind="het_hieu_luc")

    def test_published_in_error(self):
        procedure = published()
        end(procedure, kind=Kind.IN_ERROR)
        assert fresh(procedure).status == Status.IN_ERROR
        assert fresh(procedure).ended

    @pytest.mark.parametrize(
        ("signed", "day"),
        [
            (dt.date(2026, 2, 20), dt.date(2026, 2, 19)),  # before the signature
            (dt.date(2025, 1, 1), dt.date(2025, 6, 30)),  # before it was in force
            (None, dt.date(2020, 1, 1)),
        ],
    )
    def test_day_before_the_signature_or_the_first_version_is_rejected(self, signed, day):
        procedure, decision = published(), make_decision(date=signed)
        with pytest.raises(InvalidInput) as caught:
            end(procedure, decision=decision, day=day)
        assert set(caught.value.fields) == {"day"}
        assert not ProcedureEnding.objects.exists()
        assert end(procedure, decision=decision, day=max(day + DAY, dt.date(2025, 7, 1)))

    def test_second_end_is_a_conflict(self):
        procedure = published()
        end(procedure, day=TODAY + DAY)
        with pytest.raises(Conflict):
            end(procedure)
        assert procedure.ending.day == TODAY + DAY

    def test_only_its_controllers_end_it(self):
        procedure = published(section=make_section())
        own = ProcedurePage.objects.get(procedure=procedure).get_parent().specific.agency
        editor = UserFactory()
        grant(user=editor, agency=own, role=Membership.Role.EDITOR)
        for by in (
            controller(make_section().agency),
            editor,
            UserFactory(is_superuser=True, is_active=False),
        ):
            with pytest.raises(NotAllowed):
                end(procedure, by=by)
            with pytest.raises(NotAllowed):
                lifecycle.set_public(procedure=procedure, public=False, by=by)
        ending = end(procedure, by=controller(own), day=TODAY + DAY)
        with pytest.raises(NotAllowed):
            lifecycle.cancel_ending(procedure=procedure, by=editor)
        assert ending.created_by is not None

    def test_procedure_without_a_page_belongs_to_the_controllers_of_the_province(self):
        procedure = make_procedure()
        with pytest.raises(NotAllowed):
            end(procedure, by=controller(make_section().agency))
        assert end(procedure, by=controller(make_agency(kind=Agency.Kind.PROVINCE)))

    def test_no_version_begins_on_or_after_the_last_day(self):
        page = make_page()
        publish(page=page, decision=make_decision(), valid_from=dt.date(2025, 7, 1))
        end(page.procedure, day=TODAY + 5 * DAY)
        page.summary = "Sửa trước khi bãi bỏ"
        assert publish(page=page, decision=make_decision(), valid_from=TODAY + 4 * DAY).number == 2
        page.summary = "Sửa sau khi bãi bỏ"
        with pytest.raises(NotAllowed):
            record_version(page=page, decision=make_decision(), valid_from=TODAY + 5 * DAY)

    def test_publication_of_the_page_of_an_ended_procedure_makes_no_version(self):
        page = make_page()
        publish(page=page, decision=make_decision())
        end(page.procedure)
        page.refresh_from_db()
        page.summary = "Sửa chữ"
        page.save_revision().publish()
        assert page.procedure.versions.count() == 1

    def test_action_is_logged_with_decision_and_day(self):
        procedure, decision = published(), make_decision()
        end(procedure, decision=decision, day=TODAY + DAY)
        lifecycle.cancel_ending(procedure=procedure)
        entries = ModelLogEntry.objects.filter(object_id=str(procedure.pk)).order_by("pk")
        assert [entry.action for entry in entries] == ["procedures.end", "procedures.cancel_end"]
        assert entries[0].data == {"decision": decision.number, "day": "2026-03-03", "kind": Kind.ABOLISHED}

    def test_pages_are_refreshed_when_it_is_entered_and_on_its_day(self, time_machine):
        procedure = published()
        OutboxMessage.objects.all().delete()
        end(procedure, day=TODAY + DAY)
        assert OutboxMessage.objects.filter(kind="search.index").exists()
        OutboxMessage.objects.filter(kind="search.index").delete()
        time_machine.move_to("2026-03-03 00:01 +0700", tick=False)
        deliver_due()
        assert OutboxMessage.objects.filter(kind="search.index").exists()


class TestCancel:
    def test_before_its_day_nothing_remains(self, time_machine):
        procedure = published()
        end(procedure, day=TODAY + DAY)
        lifecycle.cancel_ending(procedure=procedure)
        time_machine.move_to("2026-03-04 00:01 +0700", tick=False)
        deliver_due()
        assert not fresh(procedure).ended
        assert procedure.versions.get().valid_to is None

    def test_afterwards_the_same_content_applies_without_a_gap(self):
        procedure, successor = published(), published()
        end(procedure, kind=Kind.REPLACED, successor=successor, day=TODAY - 9 * DAY)
        lifecycle.cancel_ending(procedure=procedure)
        assert (fresh(procedure).status, fresh(procedure).replaced_by) == (Status.PUBLIC, None)
        old, new = procedure.versions.order_by("number")
        assert (new.digest, new.decision, new.valid_from) == (old.digest, old.decision, TODAY - 9 * DAY)
        assert old.valid_to == TODAY - 10 * DAY
        assert version_in_force(procedure) == new

    @pytest.mark.parametrize("day", [TODAY, TODAY + 5 * DAY])
    def test_text_published_after_the_end_becomes_a_version(self, day):
        page = make_page()
        publish(page=page, decision=make_decision(), valid_from=dt.date(2025, 7, 1))
        end(page.procedure, day=day)
        page.refresh_from_db()
        page.summary, page.effective_from = "Đã công bố sau đó", TODAY + 9 * DAY
        page.save_revision().publish()
        before = page.procedure.versions.count()
        lifecycle.cancel_ending(procedure=page.procedure)
        newest = page.procedure.versions.first()
        assert (newest.content.summary, newest.valid_from) == ("Đã công bố sau đó", TODAY + 9 * DAY)
        assert newest.number == before + (2 if day == TODAY else 1)
        assert version_in_force(page.procedure).content.summary == ""

    def test_nothing_to_cancel_is_a_conflict(self):
        with pytest.raises(Conflict):
            lifecycle.cancel_ending(procedure=published())

    def test_end_entered_again_for_the_same_day_takes_effect(self, time_machine):
        procedure = published()
        end(procedure, day=TODAY + DAY)
        lifecycle.cancel_ending(procedure=procedure)
        end(procedure, day=TODAY + DAY)
        time_machine.move_to("2026-03-03 00:01 +0700", tick=False)
        deliver_due()
        assert fresh(procedure).status == Status.ABOLISHED


class TestPublic:
    def test_procedure_is_hidden_and_shown_again(self):
        procedure = published()
        lifecycle.set_public(procedure=procedure, public=False)
        assert fresh(procedure).status == Status.HIDDEN
        lifecycle.set_public(procedure=procedure, public=True)
        assert fresh(procedure).status == Status.PUBLIC

    def test_ended_procedure_is_not_hidden(self):
        procedure = published()
        end(procedure)
        with pytest.raises(Conflict):
            lifecycle.set_public(procedure=procedure, public=False)
        assert fresh(procedure).status == Status.ABOLISHED


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "het_hieu_luc"},
        {"kind": Kind.REPLACED, "successor": None},
        {"kind": Kind.ABOLISHED, "successor": "other"},
        {"kind": Kind.REPLACED, "successor": "itself"},
    ],
)
def test_database_refuses_an_impossible_end(wrong):
    procedure, other = make_procedure(), make_procedure()
    values = {"other": other, "itself": procedure}
    facts = {"kind": Kind.ABOLISHED, **wrong, "successor": values.get(wrong.get("successor"))}
    with pytest.raises(IntegrityError), transaction.atomic():
        ProcedureEnding.objects.create(procedure=procedure, decision=make_decision(), day=TODAY, **facts)
