"""Bring what a file says together with what the catalogue knows already: richer facts are never lost to poorer ones.

The rule, field by field (docs/features/import.md):
* empty never erases; under the same decision the longer text and the fuller list stay;
* under another decision the procedure was amended: the new facts win wherever the file gives any;
* a national record does not replace the decision of the province;
* the status and the online levels are those of the last file that names them;
* blank forms of papers are carried over from the side that loses.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from core.text import fold, tokens
from procedures.parts import Case, Decision, Paper, Template
from procedures.records import ProcedureRecord
from procedures.snapshot import NO_FLAGS

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
# Words of closed lists that change without a decision: the last file that names one is right, however short it is.
_LAST_WORD: Final = frozenset({"status", "service_level", "level_2011", "level_2022"})
SAME_PAPER: Final = 0.5


def merge(old: ProcedureRecord, new: ProcedureRecord) -> ProcedureRecord:
    """Return ``old`` with what ``new`` adds; equal to ``old`` when it adds nothing."""
    decision = _decision(old, new)
    amended = _is_amended(old.decision, decision)
    merged: dict[str, Any] = {
        field.name: _richer(
            getattr(old, field.name), getattr(new, field.name), amended or field.name in _LAST_WORD
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


def weight(value: Any) -> int:
    """Return how much ``value`` says: the characters of all its texts, one for any other fact."""
    if value in (None, "", (), False):
        return 0
    if isinstance(value, str):
        return len(value)
    if isinstance(value, tuple):
        return sum(map(weight, value)) + 1
    if dataclasses.is_dataclass(value):
        return sum(weight(getattr(value, field.name)) for field in dataclasses.fields(value))
    return 1


def _richer(old: Any, new: Any, amended: bool) -> Any:
    if not weight(new):
        return old
    return new if amended or weight(new) > weight(old) else old


def _title(old: str, new: str, amended: bool) -> str:
    """Return the better name: the new one when amended, else the one that is not in capitals, else the old one."""
    if not new or not old:
        return new or old
    if fold(old) == fold(new):
        return new if old.isupper() and not new.isupper() else old
    return new if amended else old


def _is_local(record: ProcedureRecord) -> bool:
    return bool(record.local_code) or bool(record.decision and "UBND" in record.decision.number.upper())


def _decision(old: ProcedureRecord, new: ProcedureRecord) -> Decision | None:
    if old.decision is None or new.decision is None:
        return new.decision or old.decision
    if old.decision.number == new.decision.number:
        pairs = {
            field.name: getattr(old.decision, field.name) or getattr(new.decision, field.name)
            for field in dataclasses.fields(Decision)
        }
        return Decision(**pairs)
    return old.decision if _is_local(old) and not _is_local(new) else new.decision


def _is_amended(old: Decision | None, merged: Decision | None) -> bool:
    return bool(old and merged and old.number != merged.number)


def _cases(old: tuple[Case, ...], new: tuple[Case, ...], amended: bool) -> tuple[Case, ...]:
    chosen = _richer(old, new, amended)
    other = new if chosen is old else old
    here = {template.name for case in chosen for paper in case.papers for template in paper.templates}
    for paper in (paper for case in other for paper in case.papers if paper.templates):
        known = all(template.name in here for template in paper.templates)
        chosen = _fill(chosen, paper) if known else _carry(chosen, paper)
    return chosen


def _fill(cases: tuple[Case, ...], lost: Paper) -> tuple[Case, ...]:
    """Add to the blank forms that are here already what ``lost`` knows of them: place, own copy."""
    theirs = {template.name: template for template in lost.templates}

    def filled(paper: Paper) -> Paper:
        templates = (_better(one, theirs.get(one.name, one)) for one in paper.templates)
        return dataclasses.replace(paper, templates=tuple(templates))

    return tuple(dataclasses.replace(case, papers=tuple(map(filled, case.papers))) for case in cases)


def with_known_forms_of(cases: tuple[Case, ...], other: tuple[Case, ...]) -> tuple[Case, ...]:
    """Return ``cases`` as they are, but for what ``other`` knows of their blank forms: place, own copy."""
    for paper in (paper for case in other for paper in case.papers if paper.templates):
        cases = _fill(cases, paper)
    return cases


def _carry(cases: tuple[Case, ...], lost: Paper) -> tuple[Case, ...]:
    """Put the blank forms of ``lost`` on the paper that is most like it, or add the paper."""
    papers = [paper for case in cases for paper in case.papers]
    best = max(papers, key=lambda paper: _likeness(paper, lost), default=None)
    if best is None or _likeness(best, lost) < SAME_PAPER:
        first = cases[0] if cases else Case()
        return (dataclasses.replace(first, papers=(*first.papers, lost)), *cases[1:])
    better = dataclasses.replace(best, templates=_templates(best.templates, lost.templates))
    return tuple(
        dataclasses.replace(case, papers=tuple(better if paper is best else paper for paper in case.papers))
        for case in cases
    )


def _likeness(one: Paper, two: Paper) -> float:
    """Return how much of the shorter name is in the longer one; 2 for papers that share a blank form."""
    if {template.name for template in one.templates} & {template.name for template in two.templates}:
        return 2.0
    mine, theirs = set(tokens(one.name)), set(tokens(two.name))
    return len(mine & theirs) / (min(len(mine), len(theirs)) or 1)


def _templates(mine: tuple[Template, ...], theirs: tuple[Template, ...]) -> tuple[Template, ...]:
    found = {template.name: template for template in mine}
    for template in theirs:
        known = found.get(template.name)
        found[template.name] = _better(known, template) if known else template
    return tuple(found.values())


def _better(known: Template, other: Template) -> Template:
    return Template(
        name=known.name,
        path=known.path or other.path,
        form=known.form or other.form,
        size=known.size or other.size,
    )
