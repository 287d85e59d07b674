"""Merge the content of a file into the existing content: more complete facts are never replaced by less complete ones.

The rule, field by field (docs/features/import.md):
* an empty value never erases; under the same decision the longer text and the fuller list are kept;
* under another decision the procedure was amended: the new facts win wherever the file provides any;
* a national record does not replace the decision of the province;
* the status and the online levels are those of the last file that names them;
* blank forms of documents are carried over from the losing side.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from core.text import fold, tokens
from procedures.imports.record import ProcedureRecord, map_blank_forms
from procedures.snapshot import NO_FLAGS
from procedures.value_objects import Case, Decision, ListedBlankForm, RequiredDocument

_SPECIAL: Final = frozenset(
    {
        "core_code",
        "title",
        "decision",
        "flags",
        "keywords",
        "cases",
        "section_agency",
        "publisher",
        "local_code",
    }
)
# Values that change without a decision: the last file with a value is right, however short the value.
_LAST_FILE_WINS: Final = frozenset({"status", "service_level", "level_2011", "level_2022"})
SAME_DOCUMENT: Final = 0.5


def merge(old: ProcedureRecord, new: ProcedureRecord) -> ProcedureRecord:
    """Return ``old`` with what ``new`` adds; equal to ``old`` when it adds nothing."""
    decision = _decision(old, new)
    amended = _is_amended(old.decision, decision)
    merged: dict[str, Any] = {
        field.name: _richer(
            getattr(old, field.name), getattr(new, field.name), amended or field.name in _LAST_FILE_WINS
        )
        for field in dataclasses.fields(ProcedureRecord)
        if field.name not in _SPECIAL
    }
    return ProcedureRecord(
        core_code=old.core_code,
        local_code=new.local_code or old.local_code,
        title=_title(old.title, new.title, amended),
        decision=decision,
        flags=old.flags if new.flags == NO_FLAGS else new.flags,
        keywords=tuple(dict.fromkeys(old.keywords + new.keywords)),
        cases=_cases(old.cases, new.cases, amended),
        section_agency=old.section_agency or new.section_agency,
        publisher=old.publisher or new.publisher,
        **merged,
    )


def content_length(value: Any) -> int:
    """Return the number of characters of all texts in ``value``; 0 if it is empty, 1 for any other value."""
    if value in (None, "", (), False):
        return 0
    if isinstance(value, str):
        return len(value)
    if isinstance(value, tuple):
        return sum(map(content_length, value)) + 1
    if dataclasses.is_dataclass(value):
        return sum(content_length(getattr(value, field.name)) for field in dataclasses.fields(value))
    return 1


def _richer(old: Any, new: Any, amended: bool) -> Any:
    if not content_length(new):
        return old
    return new if amended or content_length(new) > content_length(old) else old


def _title(old: str, new: str, amended: bool) -> str:
    """Return the new name if amended, otherwise the one that is not in capitals, otherwise the old one."""
    if not new or not old:
        return new or old
    if fold(old) == fold(new):
        return new if old.isupper() and not new.isupper() else old
    return new if amended else old


def _decision(old: ProcedureRecord, new: ProcedureRecord) -> Decision | None:
    if old.decision is None or new.decision is None:
        return new.decision or old.decision
    if old.decision.number == new.decision.number:
        pairs = {
            field.name: getattr(old.decision, field.name) or getattr(new.decision, field.name)
            for field in dataclasses.fields(Decision)
        }
        return Decision(**pairs)
    return old.decision if old.is_local and not new.is_local else new.decision


def _is_amended(old: Decision | None, merged: Decision | None) -> bool:
    return bool(old and merged and old.number != merged.number)


def _cases(old: tuple[Case, ...], new: tuple[Case, ...], amended: bool) -> tuple[Case, ...]:
    chosen = _richer(old, new, amended)
    other = new if chosen is old else old
    here = {
        blank_form.name
        for case in chosen
        for document in case.documents
        for blank_form in document.blank_forms
    }
    for document in (document for case in other for document in case.documents if document.blank_forms):
        is_present = all(blank_form.name in here for blank_form in document.blank_forms)
        chosen = _fill(chosen, document) if is_present else _carry(chosen, document)
    return chosen


def _fill(cases: tuple[Case, ...], lost: RequiredDocument) -> tuple[Case, ...]:
    """Fill path and own copy of blank forms from those of the same name on ``lost``."""
    theirs = {blank_form.name: blank_form for blank_form in lost.blank_forms}

    return map_blank_forms(cases, lambda one: _better(one, theirs.get(one.name, one)))


def with_form_copies_from(cases: tuple[Case, ...], other: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return ``cases`` with path and own copy of their blank forms filled from ``other``."""
    for document in (document for case in other for document in case.documents if document.blank_forms):
        cases = _fill(cases, document)
    return cases


def _carry(cases: tuple[Case, ...], lost: RequiredDocument) -> tuple[Case, ...]:
    """Add the blank forms of ``lost`` to the most similar document, or add the document."""
    documents = [document for case in cases for document in case.documents]
    best = max(documents, key=lambda document: _similarity(document, lost), default=None)
    if best is None or _similarity(best, lost) < SAME_DOCUMENT:
        first = cases[0] if cases else Case()
        return (dataclasses.replace(first, documents=(*first.documents, lost)), *cases[1:])
    better = dataclasses.replace(best, blank_forms=_blank_forms(best.blank_forms, lost.blank_forms))
    return tuple(
        dataclasses.replace(
            case, documents=tuple(better if document is best else document for document in case.documents)
        )
        for case in cases
    )


def _similarity(one: RequiredDocument, two: RequiredDocument) -> float:
    """Return the share of the shorter name's words found in the longer one; 2 if they share a blank form."""
    if {blank_form.name for blank_form in one.blank_forms} & {
        blank_form.name for blank_form in two.blank_forms
    }:
        return 2.0
    mine, theirs = set(tokens(one.name)), set(tokens(two.name))
    return len(mine & theirs) / (min(len(mine), len(theirs)) or 1)


def _blank_forms(
    mine: tuple[ListedBlankForm, ...], theirs: tuple[ListedBlankForm, ...]
) -> tuple[ListedBlankForm, ...]:
    found = {blank_form.name: blank_form for blank_form in mine}
    for blank_form in theirs:
        existing = found.get(blank_form.name)
        found[blank_form.name] = _better(existing, blank_form) if existing else blank_form
    return tuple(found.values())


def _better(existing: ListedBlankForm, other: ListedBlankForm) -> ListedBlankForm:
    return ListedBlankForm(
        name=existing.name,
        path=existing.path or other.path,
        own_copy=existing.own_copy or other.own_copy,
        size=existing.size or other.size,
    )
