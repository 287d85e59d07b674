"""Bring a record into the form in which the catalogue keeps it, so that writing and reading it give the same."""

from __future__ import annotations

import dataclasses
from itertools import chain, groupby

from core.text import clean
from procedures import codes
from procedures.choices import Level
from procedures.parts import Case, ChannelPart, Decision, LegalBasis, Paper, Result, StepGroup, Template
from procedures.records import ProcedureRecord

MAX_COUNT = 32_767
MAX_URL = 500


def normalise(record: ProcedureRecord) -> ProcedureRecord:
    """Return ``record`` without empty parts, in the order of the closed lists, within the lengths of the columns."""
    return dataclasses.replace(
        record,
        title=clean(record.title),
        local_code=_local_code(record),
        decision=_decision(record.decision),
        field=record.field[:250],
        field_code=record.field_code[:20] if record.field else "",
        ministry=record.ministry[:120] if record.field else "",
        short_title=record.short_title[:200],
        summary=record.summary[:500],
        keywords=_lines(record.keywords),
        implementing_agencies=_lines(record.implementing_agencies),
        coordinating_agencies=_lines(record.coordinating_agencies),
        related_codes=_lines(record.related_codes),
        levels=tuple(level for level in Level.values if level in record.levels),
        audiences=tuple(sorted(set(record.audiences))),
        channels=tuple(_channel(channel) for channel in record.channels),
        cases=tuple(case for case in map(_case, record.cases) if case.title or case.papers),
        steps=_steps(record.steps),
        results=tuple(Result(name=r.name, code=r.code[:30]) for r in record.results if r.name),
        legal_bases=tuple(_basis(basis) for basis in record.legal_bases if basis.number or basis.title),
    )


def _local_code(record: ProcedureRecord) -> str:
    """Return the local code where it is one, and one of this procedure."""
    try:
        core, local = codes.split(record.local_code)
    except ValueError:
        return ""
    return local if core == record.core_code else ""


def _lines(items: tuple[str, ...]) -> tuple[str, ...]:
    """Return each item once and on one line: the catalogue keeps one a line."""
    return tuple(dict.fromkeys(line for item in items if (line := clean(item))))


def _decision(decision: Decision | None) -> Decision | None:
    """Cut to the columns; an address that is none of the web would be a link that does something else."""
    if decision is None or not decision.number.strip():
        return None
    url = (
        decision.url
        if decision.url.startswith(("https://", "http://")) and len(decision.url) <= MAX_URL
        else ""
    )
    return dataclasses.replace(decision, number=decision.number[:80], agency=decision.agency[:200], url=url)


def _channel(channel: ChannelPart) -> ChannelPart:
    fees = tuple(
        dataclasses.replace(fee, currency=fee.currency[:3] or "VND", legal_number=fee.legal_number[:120])
        for fee in channel.fees
    )
    timed = bool(channel.time_value and channel.time_unit)
    return dataclasses.replace(
        channel,
        time_value=channel.time_value if timed else None,
        time_unit=channel.time_unit if timed else "",
        fees=fees,
    )


def _case(case: Case) -> Case:
    return dataclasses.replace(case, papers=tuple(_paper(paper) for paper in case.papers if paper.name))


def _paper(paper: Paper) -> Paper:
    templates = tuple(
        Template(name=one.name[:300], path=one.path[:400], form=one.form, size=one.size)
        for one in paper.templates
        if one.name
    )
    return dataclasses.replace(
        paper,
        originals=min(max(paper.originals, 0), MAX_COUNT),
        copies=min(max(paper.copies, 0), MAX_COUNT),
        result_code=paper.result_code[:30],
        templates=templates,
    )


def _steps(groups: tuple[StepGroup, ...]) -> tuple[StepGroup, ...]:
    filled = [group for group in groups if any(group.items)]
    return tuple(
        StepGroup(case=case, items=tuple(item for item in chain.from_iterable(g.items for g in same) if item))
        for case, same in groupby(filled, key=lambda group: group.case)
    )


def _basis(basis: LegalBasis) -> LegalBasis:
    return dataclasses.replace(basis, number=basis.number[:200], issuer=basis.issuer[:250])
