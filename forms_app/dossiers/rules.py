"""The rules that staff set by date, read in one place: code formats, consent texts, deadlines, retention, calendar.

Every process keeps the rules that it has read and checks before each use, in one query, whether they have changed
since. Each table of ``RULE_MODELS`` has database triggers that change ``RuleGeneration`` (``rule_triggers``), so that
no change of a row is missed, whether by the admin, a bulk update, a load command or SQL. A change of any rule row is
seen by the next calculation in every process (docs/architecture.md, rule 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.models import Holiday
from core.worktime import WorkCalendar, load_calendar
from forms_app.dossiers.models import (
    CodeFormat,
    ConsentText,
    DeadlineSetting,
    FilingChannel,
    RetentionSetting,
    RuleGeneration,
)

RULE_MODELS: Final[tuple[type[models.Model], ...]] = (
    CodeFormat,
    ConsentText,
    DeadlineSetting,
    FilingChannel,
    Holiday,
    RetentionSetting,
)


class _Dated(Protocol):
    valid_from: date
    valid_to: date | None


class _OfProcedure(_Dated, Protocol):
    procedure_id: int | None


D = TypeVar("D", bound=_Dated)
P = TypeVar("P", bound=_OfProcedure)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one generation. Rows are in no particular order; filing channels are read with their procedure."""

    code_formats: Sequence[CodeFormat]
    consent_texts: Sequence[ConsentText]
    deadline_settings: Sequence[DeadlineSetting]
    retention_settings: Sequence[RetentionSetting]
    calendar: WorkCalendar

    def code_pattern(self, day: date) -> str | None:
        """Return the pattern of dossier codes in force on ``day``."""
        found = _latest(self.code_formats, day)
        return found.pattern if found else None

    def consent_text(self, day: date) -> ConsentText | None:
        """Return the consent text with the highest number among those valid on ``day``."""
        texts = (text for text in self.consent_texts if text.valid_from <= day)
        return max(texts, key=lambda text: text.number, default=None)

    def deadline_setting(self, procedure_id: int, day: date) -> DeadlineSetting | None:
        """Return the deadline setting in force: the procedure's own before the general one."""
        return _for_procedure(self.deadline_settings, procedure_id, day)

    def retention_setting(self, procedure_id: int, day: date) -> RetentionSetting | None:
        """Return the retention setting in force: the procedure's own before the general one."""
        return _for_procedure(self.retention_settings, procedure_id, day)


def _latest(rows: Iterable[D], day: date) -> D | None:
    """Return the row in force on ``day``, or the one that began last if there are several."""
    in_force = (
        row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    )
    return max(in_force, key=lambda row: row.valid_from, default=None)


def _for_procedure(rows: Sequence[P], procedure_id: int, day: date) -> P | None:
    own = _latest((row for row in rows if row.procedure_id == procedure_id), day)
    return own or _latest((row for row in rows if row.procedure_id is None), day)


def _load() -> RuleSet:
    return RuleSet(
        code_formats=tuple(CodeFormat.objects.all()),
        consent_texts=tuple(ConsentText.objects.all()),
        deadline_settings=tuple(DeadlineSetting.objects.all()),
        retention_settings=tuple(RetentionSetting.objects.all()),
        calendar=load_calendar(),
    )


class _Cache:
    """The rules as this process last read them; ``key`` identifies the state from which they were built."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[int, str], RuleSet] | None = None

    def get(self) -> RuleSet:
        # The generation is read before the rows: a change in between can only cause one more reload.
        generation = RuleGeneration.objects.values_list("generation", flat=True).first()
        if generation is None:
            return _load()
        key, kept = (generation, settings.OFFICE_HOURS), self._kept
        if kept is None or kept[0] != key:
            kept = self._kept = key, _load()
        return kept[1]


_cache = _Cache()


def current_rules() -> RuleSet:
    """Return the rules as they are now. One query while nothing has changed, six after a change."""
    return _cache.get()


def consent_in_force(on: date | None = None) -> ConsentText | None:
    """Return the consent text to agree to on a day (default: today)."""
    return current_rules().consent_text(on or timezone.localdate())


def filing_channels(on: date) -> models.QuerySet[FilingChannel]:
    """Return the filing channels in force on a day, the latest first: part of the query for a procedure."""
    return FilingChannel.objects.valid_on(on).order_by("-valid_from")
