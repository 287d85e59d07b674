"""What an import does to each row of its file: outcome, reasons, warnings, changed fields before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.display import date_text, money_text, number_text
from core.worktime import duration_text
from procedures import choices
from procedures.imports.record import FIELD_LABELS, ProcedureRecord
from procedures.value_objects import (
    Case,
    ChannelDetails,
    Decision,
    Fee,
    Flags,
    LegalBasis,
    RequiredDocument,
    Result,
    StepGroup,
)

MAX_CHANGE_CHARACTERS: Final = 2_000
_LABELLED: Final[dict[str, Any]] = {
    "levels": choices.Level,
    "audiences": choices.AudienceCode,
    "kind": choices.ProcedureKind,
    "service_level": choices.ServiceLevel,
    "level_2022": choices.ServiceLevel,
    "status": choices.Status,
}


class Outcome(StrEnum):
    """The result of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """The lines of a field that differ, before and after."""

    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        """Return the name of the field as editors know it."""
        return str(FIELD_LABELS.get(self.name, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """The result for one procedure of the file. ``row``: number of its first row in the file.

    ``detail``: why it was refused, or which fields changed; ``note``: what happened to manual edits; ``warnings``:
    what was ignored when reading the file; ``concerns``: what to decide before applying, as sentences; ``place``: the
    section of a new procedure; ``digest``: the digest of the change to write, empty if there is none; ``foreign``:
    refused because it belongs to another agency.
    """

    outcome: Outcome
    row: int
    code: str = ""
    title: str = ""
    detail: str = ""
    note: str = ""
    warnings: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    place: str = ""
    digest: str = ""
    foreign: bool = False

    @property
    def message(self) -> str:
        """Return detail, note and warnings in one text."""
        return "; ".join(part for part in (self.detail, self.note, *self.warnings) if part)


@dataclass(slots=True)
class ImportReport:
    """All report rows, in the order of the file."""

    rows: list[ReportRow] = field(default_factory=list)

    def with_outcome(self, *outcomes: Outcome) -> list[ReportRow]:
        """Return the rows with one of ``outcomes``."""
        return [row for row in self.rows if row.outcome in outcomes]

    def shown(self) -> list[ReportRow]:
        """Return the rows to show: all but those that changed nothing and have no note."""
        return [row for row in self.rows if row.outcome != Outcome.UNCHANGED or row.note]

    def counts(self) -> dict[str, int]:
        """Return the number of rows by outcome."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome.value: found[outcome] for outcome in Outcome}

    def summary(self) -> str:
        """Return ``created=416 updated=0 unchanged=0 refused=0``."""
        return " ".join(f"{name}={count}" for name, count in self.counts().items())


def sorted_rows(rows: Iterable[ReportRow]) -> list[ReportRow]:
    """Return ``rows`` in the order of the file."""
    return sorted(rows, key=lambda row: row.row)


def field_changes(
    old: ProcedureRecord, new: ProcedureRecord, names: Iterable[str]
) -> tuple[FieldChange, ...]:
    """Return the changes of the fields ``names`` as text."""
    return tuple(_change(name, getattr(old, name), getattr(new, name)) for name in names)


def _change(name: str, old: Any, new: Any) -> FieldChange:
    before, after = value_lines(name, old), value_lines(name, new)
    removed: list[str] = []
    added: list[str] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            removed += before[i1:i2]
            added += after[j1:j2]
    return FieldChange(name, _cut(removed), _cut(added))


def _cut(lines: list[str]) -> str:
    text = "\n".join(lines)
    return text if len(text) <= MAX_CHANGE_CHARACTERS else f"{text[:MAX_CHANGE_CHARACTERS]}…"


def value_lines(name: str, value: Any) -> list[str]:
    """Return the value of a field as an editor reads it, one fact per line."""
    if value in (None, "", ()):
        return []
    if name in _LABELLED:
        labels = dict(_LABELLED[name].choices)
        return [str(labels.get(code, code)) for code in ([value] if isinstance(value, str) else value)]
    return [line for item in (value if isinstance(value, tuple) else [value]) for line in _item_lines(item)]


def _item_lines(item: Any) -> list[str]:
    describe = _DESCRIPTIONS.get(type(item))
    return describe(item) if describe else str(item).splitlines()


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _decision_lines(decision: Decision) -> list[str]:
    head = _joined(decision.number, _day(decision.date), decision.agency)
    return [head, *filter(None, (decision.summary, decision.url))]


def _day(day: date | None) -> str:
    return date_text(day) if day else ""


def _case_lines(case: Case) -> list[str]:
    documents = [line for document in case.documents for line in _document_lines(document)]
    return [f"{case.title}:", *documents] if case.title else documents


def _step_lines(group: StepGroup) -> list[str]:
    return [f"{group.case}:", *group.items] if group.case else list(group.items)


def _flag_lines(flags: Flags) -> list[str]:
    return [label for name, label in _flag_labels().items() if getattr(flags, name)]


def _flag_labels() -> dict[str, str]:
    return {
        "is_vertical": _("handled by a vertical agency"),
        "is_internal": _("internal procedure between state agencies"),
        "is_special": _("specific to the province"),
        "at_one_stop": _("received at the one-stop desk"),
        "post_in": _("received by post"),
        "post_out": _("returned by post"),
    }


def _channel_lines(channel: ChannelDetails) -> list[str]:
    label = dict(choices.Channel.choices).get(channel.channel, channel.channel)
    time = duration_text(channel.time_value, channel.time_unit) if channel.time_value else ""
    head = ": ".join(filter(None, (str(label), time)))
    return [head, *channel.time_note.splitlines(), *map(_fee_line, channel.fees)]


def _fee_line(fee: Fee) -> str:
    label = dict(choices.FeeKind.choices).get(fee.kind, fee.kind)
    return " · ".join(
        filter(
            None, (str(label), _amount(fee.amount, fee.currency), fee.note, fee.exemption, fee.legal_number)
        )
    )


def _amount(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    return money_text(amount) if currency == "VND" else f"{number_text(amount)} {currency}"


def _document_lines(document: RequiredDocument) -> list[str]:
    originals, copies = document.originals, document.copies
    counts = [
        ngettext("%(count)d original", "%(count)d originals", originals) % {"count": originals}
        if originals
        else "",
        ngettext("%(count)d copy", "%(count)d copies", copies) % {"count": copies} if copies else "",
    ]
    forms = [form.name for form in document.blank_forms]
    return [_joined(document.name, *counts, *forms)]


_DESCRIPTIONS: Final[dict[type, Callable[[Any], list[str]]]] = {
    bool: lambda value: [_("yes") if value else _("no")],
    Decision: _decision_lines,
    ChannelDetails: _channel_lines,
    Case: _case_lines,
    StepGroup: _step_lines,
    Result: lambda result: [_joined(result.name, result.code)],
    LegalBasis: lambda basis: [_joined(basis.number, basis.title, _day(basis.date), basis.issuer)],
    Flags: _flag_lines,
}
