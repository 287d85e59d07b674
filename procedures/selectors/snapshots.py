"""Read a procedure page, saved or still in an editor's hands, as a snapshot."""

from __future__ import annotations

from itertools import groupby

from procedures.models import (
    ProcedureChannel,
    ProcedurePage,
    PublicationDecision,
    RequiredPaper,
)
from procedures.parts import (
    Case,
    ChannelPart,
    Decision,
    Fee,
    Flags,
    LegalBasis,
    Paper,
    Result,
    StepGroup,
    Template,
)
from procedures.snapshot import Snapshot


def lines(text: str) -> tuple[str, ...]:
    """Return the lines of a field that takes one item a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def snapshot_of(page: ProcedurePage) -> Snapshot:
    """Return everything ``page`` says. In-memory children count, so an unsaved page can be read as well."""
    return Snapshot(
        core_code=page.procedure.core_code,
        local_code=page.procedure.code,
        title=page.name,
        short_title=page.short_title,
        summary=page.summary,
        keywords=lines(page.keywords),
        field=page.field.name if page.field else "",
        field_code=page.field.code if page.field else "",
        levels=page.levels,
        kind=page.kind,
        audiences=tuple(sorted(audience.code for audience in page.audiences.all())),
        decision=_decision(page.decision) if page.decision else None,
        service_level=page.service_level,
        channels=tuple(_channel(channel) for channel in page.channels.all()),
        cases=tuple(
            Case(title=case.title, papers=tuple(_paper(paper) for paper in case.papers.all()))
            for case in page.cases.all()
        ),
        steps=_steps(page),
        results=tuple(Result(name=result.name, code=result.code) for result in page.results.all()),
        legal_bases=tuple(
            LegalBasis(number=basis.number, title=basis.title, date=basis.date, issuer=basis.issuer)
            for basis in page.legal_bases.all()
        ),
        implementing_agencies=lines(page.implementing_agencies),
        competent_authority=page.competent_authority,
        authorized_agency=page.authorized_agency,
        coordinating_agencies=lines(page.coordinating_agencies),
        reception_address=page.reception_address,
        requirements=page.requirements,
        related_codes=lines(page.related_codes),
        flags=_flags(page),
        same_day=page.same_day,
    )


def _decision(decision: PublicationDecision) -> Decision:
    return Decision(
        number=decision.number,
        date=decision.date,
        agency=decision.agency_name,
        summary=decision.summary,
        url=decision.url,
    )


def _channel(channel: ProcedureChannel) -> ChannelPart:
    fees = tuple(
        Fee(
            kind=fee.kind,
            amount=fee.amount,
            currency=fee.currency,
            note=fee.note,
            exemption=fee.exemption,
            legal_number=fee.legal_number,
        )
        for fee in channel.fees.all()
    )
    return ChannelPart(
        channel=channel.channel,
        time_value=channel.time_value,
        time_unit=channel.time_unit,
        time_note=channel.time_note,
        fees=fees,
    )


def _paper(paper: RequiredPaper) -> Paper:
    templates = tuple(
        Template(
            name=template.name,
            path=template.path,
            form=template.form_id,
            size=template.form.size if template.form else 0,
        )
        for template in paper.templates.all()
    )
    return Paper(
        name=paper.name,
        kind=paper.kind,
        originals=paper.originals,
        copies=paper.copies,
        required=paper.required,
        result_code=paper.result_code,
        templates=templates,
    )


def _steps(page: ProcedurePage) -> tuple[StepGroup, ...]:
    groups = groupby(page.steps.all(), key=lambda step: step.case)
    return tuple(StepGroup(case=case, items=tuple(step.text for step in steps)) for case, steps in groups)


def _flags(page: ProcedurePage) -> Flags:
    return Flags(
        nganh_doc=page.is_vertical,
        noi_bo=page.is_internal,
        mot_cua=page.at_one_stop,
        bcci_in=page.post_in,
        bcci_out=page.post_out,
        dac_thu=page.is_special,
    )
