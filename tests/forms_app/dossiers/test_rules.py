"""A change of any rule is used by the next calculation in every process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction

from core.models import Holiday, Validity
from forms_app.dossiers import rules
from forms_app.dossiers.deadlines import intake_due, rule_for
from forms_app.dossiers.models import (
    CodeFormat,
    ConsentText,
    DeadlineSetting,
    FilingChannel,
    RetentionSetting,
    RuleGeneration,
)
from forms_app.dossiers.selectors.filing import filing_option
from forms_app.dossiers.selectors.retention import retention_period
from forms_app.dossiers.services.numbering import take_code
from procedures.models import Procedure
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import at, file_dossier, make_form, make_version
from tests.support.threads import together

NOW = at("2026-11-23 08:00")  # Monday
TODAY = date(2026, 11, 23)


def code_suffix() -> str:
    with transaction.atomic():
        return take_code(agency=AgencyFactory(), now=NOW).rsplit("-", 1)[1]


def intake_deadline(procedure: Procedure) -> str:
    return f"{intake_due(procedure.pk, NOW):%d/%m %H:%M}"


class Case:
    """A row of a rule model and the calculation that it changes."""

    def __init__(self, row: Callable[[Procedure], models.Model], result: Callable[[Procedure], Any]) -> None:
        self.row = row
        self.result = result


CASES: dict[type[models.Model], Case] = {
    CodeFormat: Case(
        lambda procedure: CodeFormat(pattern="{agency_code}-{yymmdd}-{seq:06d}", valid_from=TODAY),
        lambda procedure: code_suffix(),
    ),
    ConsentText: Case(
        lambda procedure: ConsentText(number=99, valid_from=TODAY, purpose="a", retention="b", rights="c"),
        lambda procedure: rules.consent_in_force(TODAY).number,
    ),
    DeadlineSetting: Case(
        lambda procedure: DeadlineSetting(
            procedure=procedure, supplement_mode="pause", intake_hours=4, valid_from=TODAY
        ),
        intake_deadline,
    ),
    FilingChannel: Case(
        lambda procedure: FilingChannel(procedure=procedure, channel="counter", valid_from=TODAY),
        lambda procedure: filing_option(procedure, TODAY).channel,
    ),
    Holiday: Case(lambda procedure: Holiday(date=TODAY, name="Ngày nghỉ"), intake_deadline),
    RetentionSetting: Case(
        lambda procedure: RetentionSetting(
            procedure=procedure, years=7, legal_basis="TT 1", valid_from=TODAY
        ),
        lambda procedure: (
            (found := rules.current_rules().retention_setting(procedure.pk, TODAY)) and found.years
        ),
    ),
}
by_model = pytest.mark.parametrize("model", CASES, ids=lambda model: model.__name__)


def public_procedure() -> Procedure:
    form = make_form(make_version())
    return form.definition.procedure


def test_every_rule_model_is_listed_and_tested() -> None:
    """A new dated model must be added to ``RULE_MODELS`` and get its triggers."""
    dated = {
        model
        for model in apps.get_app_config("dossiers").get_models()
        if issubclass(model, Validity) or any(field.name == "valid_from" for field in model._meta.fields)
    }
    assert set(rules.RULE_MODELS) == dated | {Holiday}
    assert set(CASES) == set(rules.RULE_MODELS)


@pytest.mark.django_db
def test_table_of_every_rule_model_has_its_triggers() -> None:
    """SQLite drops them when a migration makes a table anew; that migration repeats ``ChangesRules`` (ADR 67)."""
    listed = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%changes_rules'",
        "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%changes_rules'",
    }
    with connection.cursor() as cursor:
        cursor.execute(listed[connection.vendor])
        tables = {table for (table,) in cursor.fetchall()}
    assert {model.__name__ for model in rules.RULE_MODELS if model._meta.db_table not in tables} == set()


@pytest.mark.django_db
@by_model
def test_saved_row_changes_the_next_result(model: type[models.Model]) -> None:
    procedure, case = public_procedure(), CASES[model]
    before = case.result(procedure)
    case.row(procedure).save()
    assert case.result(procedure) != before


@pytest.mark.django_db
@by_model
def test_bulk_insert_changes_the_next_result(model: type[models.Model]) -> None:
    procedure, case = public_procedure(), CASES[model]
    before = case.result(procedure)
    model._default_manager.bulk_create([case.row(procedure)])
    assert case.result(procedure) != before


@pytest.mark.django_db
@by_model
def test_rolled_back_row_changes_nothing(model: type[models.Model]) -> None:
    procedure, case = public_procedure(), CASES[model]
    before = rules.current_rules()
    with transaction.atomic():
        case.row(procedure).save()
        case.result(procedure)
        transaction.set_rollback(True)
    assert rules.current_rules() == before


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in CASES if model is not ConsentText])
def test_bulk_update_and_bulk_delete_change_the_generation(model: type[models.Model]) -> None:
    """Consent texts are append-only, so the database rejects both."""
    row = CASES[model].row(public_procedure())
    row.save()
    generations = {generation()}
    day = "date" if model is Holiday else "valid_from"
    model._default_manager.filter(pk=row.pk).update(**{day: date(2026, 11, 2)})
    generations.add(generation())
    model._default_manager.filter(pk=row.pk).delete()
    generations.add(generation())
    assert len(generations) == 3


@pytest.mark.django_db(transaction=True)
@by_model
def test_row_written_by_another_connection_changes_the_next_result(model: type[models.Model]) -> None:
    """Raw SQL on a separate connection sends no signals and clears no caches of this process."""
    procedure, case = public_procedure(), CASES[model]
    before = case.result(procedure)
    row = case.row(procedure)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    columns, marks = ", ".join(field.column for field in fields), ", ".join(["%s"] * len(fields))

    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({marks})", values)

    together(insert)
    assert case.result(procedure) != before


def generation() -> int:
    return RuleGeneration.objects.values_list("generation", flat=True).get()


@pytest.mark.django_db
class TestUse:
    def test_dossier_filed_after_a_change_has_the_new_intake_deadline(self) -> None:
        form = make_form()
        assert file_dossier(form, now=NOW).dossier.intake_due_at == at("2026-11-24 08:00")
        DeadlineSetting.objects.create(supplement_mode="pause", intake_hours=4, valid_from=date(2026, 1, 1))
        assert file_dossier(form, now=NOW).dossier.intake_due_at == at("2026-11-23 14:00")
        Holiday.objects.create(date=TODAY, name="Ngày nghỉ")
        assert file_dossier(form, now=NOW).dossier.intake_due_at == at("2026-11-24 11:00")

    def test_acceptance_uses_the_changed_calendar_and_mode(self) -> None:
        dossier = file_dossier(now=NOW).dossier
        assert rule_for(dossier, NOW).mode == "restart"
        DeadlineSetting.objects.create(supplement_mode="pause", valid_from=date(2026, 1, 1))
        assert rule_for(dossier, NOW).mode == "pause"

    def test_retention_uses_the_changed_setting(self) -> None:
        dossier = file_dossier(now=NOW).dossier
        assert retention_period(dossier).years is None
        RetentionSetting.objects.create(years=5, legal_basis="TT 1", valid_from=date(2026, 1, 1))
        assert retention_period(dossier).years == 5

    def test_unchanged_rules_need_one_query(self, django_assert_num_queries: Any) -> None:
        rules.current_rules()
        with django_assert_num_queries(1):
            rules.current_rules()

    def test_changed_rules_need_six_queries(self, django_assert_num_queries: Any) -> None:
        rules.current_rules()
        Holiday.objects.create(date=TODAY, name="Ngày nghỉ")
        with django_assert_num_queries(6):
            rules.current_rules()

    def test_rules_are_read_again_without_a_generation_row(self, django_assert_num_queries: Any) -> None:
        RuleGeneration.objects.all().delete()
        rules.current_rules()
        with django_assert_num_queries(6):
            rules.current_rules()

    def test_office_hours_come_from_the_settings(self, settings: Any) -> None:
        settings.OFFICE_HOURS = "07:00-11:30, 13:30-17:00"
        assert rules.current_rules().calendar.closing(TODAY) == at("2026-11-23 17:00")
        settings.OFFICE_HOURS = "08:00-12:00, 13:00-16:00"
        assert rules.current_rules().calendar.closing(TODAY) == at("2026-11-23 16:00")
